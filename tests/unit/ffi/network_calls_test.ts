import { deepEqual, equal, throws } from "node:assert/strict";
import { ENTERED } from "../../../ffi/entered.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, makePipe } from "../../../ffi/file.ts";
import { addLink, listLinks } from "../../../ffi/netlink/route/link.ts";
import { NETLINK, NetlinkSocket } from "../../../ffi/netlink/socket.ts";
import { readNetworkSetting, writeNetworkSetting } from "../../../ffi/network_calls.ts";
import { createNetworkNamespace, inNetworkNamespace } from "../../../ffi/network_namespace.ts";
import { bindSocket, localAddress } from "../../../ffi/socket.ts";
import { root as asRoot } from "../../e2e/harness/needs.ts";
import { testWith } from "../../e2e/harness/skip.ts";

const SETTING = "ipv4/ip_unprivileged_port_start";
const here = () => Deno.readLinkSync("/proc/thread-self/ns/net");

/** Calls as a process does that has entered a user namespace, and could not come back from another network. */
function bound(action: () => void): void {
  const before = Deno.env.get(ENTERED), home = here();
  Deno.env.set(ENTERED, "0 0 /run");
  try {
    action();
    equal(here(), home);
  } finally {
    if (before === undefined) Deno.env.delete(ENTERED);
    else Deno.env.set(ENTERED, before);
  }
}

testWith(
  [asRoot],
  "sockets and settings of a network that the thread does not enter",
  () =>
    bound(() => {
      const home = here(), outside = readNetworkSetting(SETTING);
      const { fd, result: socket } = createNetworkNamespace(() => {
        equal(here(), home);
        writeNetworkSetting(SETTING, "77");
        return new NetlinkSocket(NETLINK.ROUTE);
      });
      try {
        using route = socket;
        route.request(addLink({ name: "br", up: true }, { kind: "bridge" }));
        deepEqual(listLinks(route).map(({ name }) => name).sort(), ["br", "lo"]);
        equal(inNetworkNamespace(fd, () => readNetworkSetting(SETTING)), "77");
        equal(readNetworkSetting(SETTING), outside);
        // The same port of the same address, here and there.
        const own = bindSocket("udp", { address: "127.0.0.1", port: 0 });
        const there = inNetworkNamespace(fd, () => bindSocket("udp", localAddress(own)));
        equal(localAddress(there).port, localAddress(own).port);
        [own, there].forEach(close);
      } finally {
        close(fd);
      }
    }),
);

testWith([asRoot], "what is refused over there is refused here", () =>
  bound(() => {
    const { fd } = createNetworkNamespace(() => {});
    try {
      throws(
        () => inNetworkNamespace(fd, () => readNetworkSetting("no/such")),
        (error) => isErrno(error, "ENOENT"),
      );
      const socket = () => new NetlinkSocket(-1);
      throws(() => inNetworkNamespace(fd, socket), (error) => isErrno(error, "EPROTONOSUPPORT"));
      const pipe = makePipe();
      throws(() => inNetworkNamespace(pipe[0], socket), (error) => isErrno(error, "EINVAL"));
      pipe.forEach(close);
    } finally {
      close(fd);
    }
  }));
