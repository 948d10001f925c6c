/**
 * Where bridges and the host's ends of cables are: on the host itself, and for an ordinary user, who may not change that, in a
 * network namespace of his own.
 */

import { entered } from "../../ffi/entered.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { inNetworkNamespace } from "../../ffi/network_namespace.ts";
import { ensureDirectory } from "../../storage/files.ts";
import { userNetwork } from "../rootless/user_network.ts";

/** Calls a synchronous function there: for sockets, settings below /proc/sys/net, and processes that are to begin there. */
export function onHost<T>(action: () => T): T {
  const user = entered();
  return user === undefined ? action() : inNetworkNamespace(userNetwork(user), action);
}

/** Whether that is not the host itself. */
export function isUsersOwn(): boolean {
  return entered() !== undefined;
}

export function hostSocket(): NetlinkSocket {
  return onHost(() => new NetlinkSocket(NETLINK.ROUTE));
}

/** A directory that all stores have in common whose bridges are in the same place; it is there. */
export function sharedDirectory(): string {
  const user = entered(), path = user === undefined ? "/run/box" : `${user.runDirectory}/ranges`;
  ensureDirectory(path, 0o700);
  return path;
}
