/** What follows when a container has ended: its addresses are free again, and nothing of it is left on the host. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt } from "../../ffi/file.ts";
import { deleteLink, findLink } from "../../ffi/netlink/route/link.ts";
import { NETLINK, type NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { isDefaultBridge } from "../../storage/network/config.ts";
import { leasedNetworks, listLeases, returnLeases } from "../../storage/network/leases.ts";
import { lockNetworks, readNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { type Cleanup, cleanUpLater } from "./cleanup.ts";
import { hostSocket, onHost } from "./host.ts";
import { defaultBridgeName, vethName } from "./host_interfaces.ts";
import { bridgeRemoval, withdrawPorts } from "./publishing.ts";

/** Milliseconds that an unused bridge stays: who starts one container after the other need not make it each time. */
const UNUSED_BRIDGE_STAYS = 1000;

/** Gives back what a container has of one network, or of all. Nothing if that is done already. */
export async function releaseNetworks(
  store: Store,
  container: string,
  only?: string,
): Promise<void> {
  if (leasedNetworks(store).length === 0) return;
  using sockets = new DisposableStack();
  const closed = (await withdrawPorts(store, container, only)).map((each) => sockets.use(each));
  using _ = await lockNetworks(store);
  const networks = leasedNetworks(store).filter((id) => only === undefined || id === only);
  const held = networks.flatMap((network) => {
    const leases = listLeases(store, network),
      own = leases.filter((lease) => lease.container === container);
    return own.length > 0 ? { network, own, others: own.length < leases.length } : [];
  });
  if (held.length === 0) return;
  const veths = held.flatMap(({ own }) => own.map(({ endpoint }) => vethName(endpoint)));
  const unused = held.find(({ network, others }) => !others && isDefault(store, network));
  // First, so that what is left undone by a kill is found by the leases.
  await unplug(store, [...new Set(veths)], unused?.network, closed);
  for (const { network } of held) returnLeases(store, network, container);
}

function isDefault(store: Store, id: string): boolean {
  const network = readNetwork(store, id);
  return network !== undefined && isDefaultBridge(network);
}

/** Removes interfaces, and a bridge if nobody has come to use it. */
async function unplug(
  store: Store,
  veths: string[],
  unused: string | undefined,
  sockets: readonly NetlinkSocket[],
): Promise<void> {
  using host = hostSocket();
  const network = unused === undefined ? undefined : readNetwork(store, unused);
  const bridge = network && findLink(host, await defaultBridgeName(store));
  // They may have gone with the container's namespace. By index, since a name may be given again.
  const gone = veths.flatMap((name) => findLink(host, name)?.index ?? []).map(deleteLink);
  const first = [{ protocol: NETLINK.ROUTE, messages: gone.map(({ message }) => message) }];
  const closed = sockets.map(({ descriptor }) => descriptor);
  if (network === undefined || bridge === undefined) {
    if (gone.length > 0) onHost(() => cleanUpLater({ first, closed }));
    return;
  }
  const steps = [
    ...await bridgeRemoval(store, network),
    { protocol: NETLINK.ROUTE, messages: [deleteLink(bridge.index).message] },
  ];
  const fds: number[] = [];
  const open = (path: string) => {
    const fd = openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
    fds.push(fd);
    return fd;
  };
  try {
    const unlessUsed: Cleanup["unlessUsed"] = {
      after: UNUSED_BRIDGE_STAYS,
      locked: open(store.path("network")),
      leases: open(store.path("network/leases")),
      network: network.Id,
      steps,
    };
    onHost(() => cleanUpLater({ first, closed, unlessUsed }));
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error; // the store was removed
  } finally {
    fds.forEach(close);
  }
}
