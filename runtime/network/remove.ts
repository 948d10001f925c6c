/** Removing networks. */

import { deleteLink, findLink } from "../../ffi/netlink/route/link.ts";
import { ConflictError, EngineError, InvalidError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import { isPredefined, type NetworkFile } from "../../storage/network/config.ts";
import { forgetLeases, listLeases } from "../../storage/network/leases.ts";
import {
  forgetNetwork,
  lockNetworks,
  readNetwork,
  readNetworks,
  resolveNetwork,
} from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { compareTimes } from "../../storage/time.ts";
import { recordNetworkEvent } from "../container/network_settings.ts";
import { prepareForContainers } from "../container/repair.ts";
import { parseTimeOption } from "../time_option.ts";
import { appendEvent } from "../../storage/events/append.ts";
import { cleanUpLater } from "./cleanup.ts";
import { hostSocket, onHost } from "./host.ts";
import { bridgeName } from "./host_interfaces.ts";
import { bridgeRemoval } from "./publishing.ts";

/** Removes a network that no running container is connected to. */
export async function removeNetwork(store: Store, words: string): Promise<void> {
  const network = resolveNetwork(store, words);
  if (isPredefined(network)) {
    throw new ConflictError(`${network.Name} is a pre-defined network and cannot be removed`);
  }
  await prepareForContainers(store); // gives back what containers had that were killed
  await remove(store, network);
}

/** Removes all networks that are not used, but for those that there always are. Returns their names. */
export async function pruneNetworks(store: Store, filters: readonly Filter[]): Promise<string[]> {
  const isWanted = pruneTest(filters);
  await prepareForContainers(store);
  const names: string[] = [];
  for (const network of readNetworks(store)) {
    if (isPredefined(network) || !isWanted(network)) continue;
    if (listLeases(store, network.Id).length > 0) continue;
    try {
      await remove(store, network);
      names.push(network.Name);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error; // somebody has come to use it
    }
  }
  appendEvent(store, {
    Type: "network",
    Action: "prune",
    Actor: { ID: "", Attributes: { reclaimed: "0" } },
  });
  return names;
}

async function remove(store: Store, network: NetworkFile): Promise<void> {
  const { Id: id, Name: name } = network;
  using host = hostSocket();
  using _ = await lockNetworks(store);
  if (readNetwork(store, id) === undefined) throw new EngineError(`network ${name} not found`);
  if (listLeases(store, id).length > 0) {
    throw new ConflictError(
      `error while removing network: network ${name} id ${id} has active endpoints`,
    );
  }
  if (network.Driver === "bridge") {
    const steps = await bridgeRemoval(store, network);
    if (steps.length > 0) onHost(() => cleanUpLater({ first: steps }));
    const link = findLink(host, await bridgeName(store, network));
    if (link?.kind === "bridge") host.request(deleteLink(link.index));
  }
  forgetLeases(store, id);
  forgetNetwork(store, id);
  recordNetworkEvent(store, "destroy", network);
}

function pruneTest(conditions: readonly Filter[]): (network: NetworkFile) => boolean {
  const filters = new Filters(conditions, ["label", "label!", "until"]);
  const unwanted = filters.get("label!").map((value) => ({ name: "label", value }));
  const exclusion = new Filters(unwanted, ["label"]);
  const [until, another] = filters.get("until");
  if (another !== undefined) throw new InvalidError("more than one until filter specified");
  const limit = until === undefined ? undefined : parseTimeOption(until);
  return ({ Created, Labels }) =>
    (limit === undefined || compareTimes(Created, limit) <= 0) &&
    filters.matchesLabels(Labels) &&
    (unwanted.length === 0 || !exclusion.matchesLabels(Labels));
}
