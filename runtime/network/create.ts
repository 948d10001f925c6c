/** Making networks. */

import { parseAddress } from "../../ffi/ip_address.ts";
import { findLink } from "../../ffi/netlink/route/link.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { ConflictError, InvalidError, NotFoundError } from "../../storage/errors.ts";
import { overlaps } from "../../storage/network/subnet.ts";
import {
  type AddressPool,
  BRIDGE_NAME,
  MTU,
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
import { prepareForWriting } from "../../storage/sweep.ts";
import { recordNetworkEvent } from "../container/network_settings.ts";
import { ensureBridge, lockRanges } from "./bridge.ts";
import { HOST_BINDING, ICC, isBoolean, MASQUERADE } from "./bridge_options.ts";
import { withHint } from "./connect.ts";
import { chooseRange, subnetsOf } from "./ranges.ts";

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
  prepareForWriting(store);
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
  using host = new NetlinkSocket(NETLINK.ROUTE);
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

function checkPools({ pools, driver, ipv6 }: CreateNetworkRequest): void {
  const [four, six] = [false, true].map((isSix) =>
    pools.filter(({ Subnet }) => Subnet.includes(":") === isSix)
  );
  if (driver === "bridge" && (four.length > 1 || six.length > 1)) {
    throw new InvalidError("bridge driver doesn't support multiple subnets");
  }
  if (ipv6 && six.length === 0) {
    throw new InvalidError(
      "could not find an available, non-overlapping IPv6 address pool " +
        "among the defaults to assign to the network",
    );
  }
}

/** Throws InvalidError in docker's words for values that cannot be. */
function checkOptions(host: NetlinkSocket, { driver, options }: CreateNetworkRequest): void {
  const refuse = (name: string, call: string) => {
    throw new InvalidError(
      `failed to parse ${name} value: ${options[name]} ` +
        `(strconv.${call}: parsing ${JSON.stringify(options[name])}: invalid syntax)`,
    );
  };
  if (options[MTU] && !/^\d{1,5}$/.test(options[MTU])) refuse(MTU, "Atoi");
  for (const name of [ICC, MASQUERADE]) {
    if (options[name] && !isBoolean(options[name])) refuse(name, "ParseBool");
  }
  if (driver !== "bridge") return checkLayered(host, driver, options);
  const binding = options[HOST_BINDING];
  if (binding !== undefined && parseAddress(binding) === undefined) {
    throw new InvalidError(`failed to parse ${HOST_BINDING} value: ${binding} (nil ip)`);
  }
  const bridge = options[BRIDGE_NAME];
  if (bridge === undefined) return;
  if (!/^[^\s/:]{1,15}$/.test(bridge)) throw new InvalidError(`invalid bridge name: ${bridge}`);
  if (findLink(host, bridge) !== undefined) {
    throw new ConflictError(`network interface ${bridge} exists already, and is not box's to use`);
  }
}

const modes: Record<string, readonly [byDefault: string, others: readonly string[]]> = {
  macvlan: ["bridge", ["private", "vepa", "passthru"]],
  ipvlan: ["l2", ["l3", "l3s"]],
};

/** What is on top of an interface of the host. */
function checkLayered(
  host: NetlinkSocket,
  driver: string,
  options: CreateNetworkRequest["options"],
): void {
  const [byDefault, others] = modes[driver], mode = options[`${driver}_mode`];
  if (mode && mode !== byDefault && !others.includes(mode)) {
    throw new InvalidError(
      `requested ${driver} mode '${mode}' is not valid, ` +
        `'${byDefault}' mode is the ${driver} driver default`,
    );
  }
  const { parent } = options;
  if (!parent) {
    throw new InvalidError(`a network of driver ${driver} needs an interface: -o parent=INTERFACE`);
  }
  if (findLink(host, parent) === undefined) {
    throw new InvalidError(
      parent.includes(".")
        ? `-o parent=${parent}: there is no such interface, and box makes none`
        : `invalid subinterface vlan name ${parent}, example formatting is eth0.10`,
    );
  }
}
