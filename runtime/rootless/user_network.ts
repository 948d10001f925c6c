/**
 * The network namespace that a user's bridges are in. It is made by the first who needs it, and mounted on a file in the run
 * directory; the mount is seen in the user's mount namespace only, and both go with that.
 *
 *     network/             its lock is held by who makes the namespace, or sees to the way out of it
 *     network/namespace    what it is mounted on
 */

import { AT, MS, O } from "../../ffi/constants.ts";
import type { Entered } from "../../ffi/entered.ts";
import { close, openAt } from "../../ffi/file.ts";
import { mount } from "../../ffi/mount.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { setLink } from "../../ffi/netlink/route/link.ts";
import { createNetworkNamespace } from "../../ffi/network_namespace.ts";
import { fileSystemType } from "../../ffi/stat.ts";
import { ensureDirectory } from "../../storage/files.ts";
import { DirectoryLock } from "../../storage/lock.ts";

const LOOPBACK = 1;
/** What namespaces are files of: linux/magic.h. Below it is an empty one of another kind. */
const NSFS = 0x6e736673;
/** This process's descriptor of it. */
let opened: number | undefined;

/** A descriptor of the namespace, which stays open and is not the caller's. Throws SystemError. */
export function userNetwork(user: Entered): number {
  return opened ??= openNetwork(user);
}

export function networkDirectory({ runDirectory }: Entered): string {
  const path = `${runDirectory}/network`;
  ensureDirectory(path, 0o700);
  return path;
}

/** Where other programs find the namespace. */
export function namespacePath(user: Entered): string {
  return `${networkDirectory(user)}/namespace`;
}

function openNetwork(user: Entered): number {
  const path = namespacePath(user);
  using _ = DirectoryLock.take(networkDirectory(user), "exclusive");
  const fd = openAt(AT.FDCWD, path, O.RDONLY | O.CREAT | O.NOFOLLOW, 0o600);
  if (fileSystemType(fd) === NSFS) return fd;
  close(fd);
  const { fd: made, result: socket } = createNetworkNamespace(
    () => new NetlinkSocket(NETLINK.ROUTE),
  );
  try {
    using route = socket;
    route.request(setLink(LOOPBACK, { up: true }));
    mount({ source: `/proc/self/fd/${made}`, target: path, type: "", flags: MS.BIND });
  } catch (error) {
    close(made);
    throw error;
  }
  return made;
}
