/** What docker sets in the network namespace of a container. */

import { isErrno } from "../../ffi/errno.ts";
import { largestIdHere } from "../../ffi/idmap.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { writeNetworkSetting } from "../../ffi/network_calls.ts";
import { isInUserNamespace } from "../../ffi/privilege.ts";

const LARGEST_GROUP = 2 ** 31 - 1;

/** Called in a new namespace. Returns a socket of it. */
export function prepareNamespace(): NetlinkSocket {
  // In the namespace of a user there may be few groups, and others are refused: icmp(7).
  const group = isInUserNamespace() ? Math.min(largestIdHere("gid"), LARGEST_GROUP) : LARGEST_GROUP;
  const settings = [
    ["ipv6/conf/all/disable_ipv6", "1"],
    ["ipv4/ip_unprivileged_port_start", "0"],
    ["ipv4/ping_group_range", `0 ${group}`],
  ];
  for (const [name, value] of settings) {
    try {
      writeNetworkSetting(name, value);
    } catch (error) {
      // A kernel without it, or a /proc/sys that may not be written to.
      if (!isErrno(error, "ENOENT", "EROFS", "EACCES", "EPERM")) throw error;
    }
  }
  return new NetlinkSocket(NETLINK.ROUTE);
}
