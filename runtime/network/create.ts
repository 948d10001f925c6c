/** Making networks. */

import { ConflictError, NotFoundError } from "../../storage/errors.ts";
import { overlaps } from "../../storage/network/subnet.ts";
import {
  type AddressPool,
  type NetworkDriver,
  type NetworkFile,
} from "../../storage/network/config.ts";
import {
  forgetNetwork,
  lockNetworks,
  newNetwork,
  readNetworks,
  writeNetwork,
} from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { recordNetworkEvent } from "../container/network_settings.ts";
import { prepareForContainers } from "../container/repair.ts";
import { ensureBridge, lockRanges } from "./bridge.ts";
import { withHint } from "./connect.ts";
import { hostSocket } from "./host.ts";
import { chooseRange, subnetsOf } from "./ranges.ts";
import { checkOptions, checkPools } from "./verify_create.ts";

export interface CreateNetworkRequest {
  readonly name: string;
  readonly driver: string;
  readonly pools: readonly AddressPool[];
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly ipv6: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

const drivers = ["bridge", "macvlan", "ipvlan"];

/** Makes a network, and its bridge if it is to have one. Returns its id. */
export async function createNetwork(store: Store, request: CreateNetworkRequest): Promise<string> {
  await prepareForContainers(store);
  const { name, driver } = request;
  if (["bridge", "host", "none", "default"].includes(name)) {
    throw new ConflictError(`operation is not permitted on predefined ${name} network`);
  }
  if (driver === "host" || driver === "null") {
    throw new ConflictError(`only one instance of "${driver}" network is allowed`);
  }
  if (!drivers.includes(driver)) throw new NotFoundError(`plugin "${driver}" not found`);
  checkPools(request);
  try {
    return await create(store, request);
  } catch (error) {
    throw withHint(error);
  }
}

async function create(store: Store, request: CreateNetworkRequest): Promise<string> {
  using host = hostSocket();
  using _ = await lockNetworks(store);
  const networks = readNetworks(store);
  if (request.name === "" || networks.some(({ Name }) => Name === request.name)) {
    throw new ConflictError(`network with name ${request.name} already exists`);
  }
  checkOptions(host, request);
  const described = describe(request);
  const own = subnetsOf(described);
  if (own.some((each) => networks.flatMap(subnetsOf).some((other) => overlaps(each, other)))) {
    throw new ConflictError("Pool overlaps with other one on this address space");
  }
  using _ranges = lockRanges();
  const network = withPool(described, () => chooseRange(host, networks));
  writeNetwork(store, network);
  try {
    // At once, so that others on the host see that the range is taken.
    if (network.Driver === "bridge") await ensureBridge(store, network, host);
  } catch (error) {
    forgetNetwork(store, network.Id);
    throw error;
  }
  recordNetworkEvent(store, "create", network);
  return network.Id;
}

function describe(request: CreateNetworkRequest): NetworkFile {
  const network = newNetwork(request.name, request.driver as NetworkDriver);
  return {
    ...network,
    EnableIPv6: request.ipv6,
    IPAM: { Driver: "default", Options: {}, Config: request.pools },
    Internal: request.internal,
    Attachable: request.attachable,
    Options: request.options,
    Labels: request.labels,
  };
}

/** A network without a range for IPv4 is given one. */
function withPool(network: NetworkFile, choose: () => AddressPool): NetworkFile {
  const { IPAM } = network;
  if (IPAM.Config.some(({ Subnet }) => !Subnet.includes(":"))) return network;
  return { ...network, IPAM: { ...IPAM, Config: [choose(), ...IPAM.Config] } };
}
