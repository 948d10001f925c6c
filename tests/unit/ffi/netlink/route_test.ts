import { deepEqual, equal, throws } from "node:assert/strict";
import { isErrno } from "../../../../ffi/errno.ts";
import { close } from "../../../../ffi/file.ts";
import { addAddress, deleteAddress, listAddresses } from "../../../../ffi/netlink/route/address.ts";
import {
  addLink,
  deleteLink,
  findLink,
  type LinkKind,
  listLinks,
  setLink,
} from "../../../../ffi/netlink/route/link.ts";
import { addRoute, deleteRoute, listRoutes } from "../../../../ffi/netlink/route/route.ts";
import { NETLINK, NetlinkError, NetlinkSocket } from "../../../../ffi/netlink/socket.ts";
import { createNetworkNamespace, inNetworkNamespace } from "../../../../ffi/network_namespace.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";

const route = () => new NetlinkSocket(NETLINK.ROUTE);
const here = () => Deno.readLinkSync("/proc/thread-self/ns/net");

/** What is called with two namespaces and a socket in each; they end with it. */
function inTwoNamespaces(
  action: (host: NetlinkSocket, container: NetlinkSocket, fd: number) => void,
): void {
  const first = createNetworkNamespace(route), second = createNetworkNamespace(route);
  try {
    using host = first.result, container = second.result;
    action(host, container, second.fd);
  } finally {
    close(first.fd);
    close(second.fd);
  }
}

const gateway = Uint8Array.of(10, 9, 0, 1), address = Uint8Array.of(10, 9, 0, 2);

testWith(
  [asRoot],
  "the thread is back where it was after it has made or entered a namespace",
  () => {
    const home = here();
    const { fd, result } = createNetworkNamespace(here);
    try {
      equal(inNetworkNamespace(fd, here), result);
      equal(result === home, false);
      throws(() => inNetworkNamespace(fd, () => JSON.parse("{")));
      equal(here(), home);
    } finally {
      close(fd);
    }
  },
);

testWith([asRoot], "a bridge, a veth into another namespace, addresses and routes", () => {
  inTwoNamespaces((host, container, fd) => {
    host.request(addLink({ name: "br", up: true }, { kind: "bridge" }));
    const bridge = findLink(host, "br")!;
    equal(bridge.kind, "bridge");
    host.request(addAddress(bridge.index, { address: gateway, length: 24 }));
    const mac = Uint8Array.of(2, 0x42, ...address);
    const peer = { name: "eth0", address: mac, namespace: fd };
    host.request(
      addLink({ name: "veth0", up: true, master: bridge.index }, { kind: "veth", peer }),
    );
    const eth0 = findLink(container, "eth0")!;
    deepEqual([eth0.kind, [...eth0.address]], ["veth", [...mac]]);
    equal(findLink(host, "veth0")!.master, bridge.index);
    container.request(
      setLink(eth0.index, { up: true, mtu: 1400 }),
      addAddress(eth0.index, { address, length: 24 }),
      addRoute({ index: eth0.index, gateway }),
    );
    equal(findLink(container, "eth0")!.mtu, 1400);
    const addresses = listAddresses(container).filter(({ index }) => index === eth0.index);
    deepEqual(addresses.filter((each) => each.address.length === 4), [
      { address, length: 24, index: eth0.index },
    ]);
    const defaults = () => listRoutes(container).filter(({ destination }) => !destination);
    deepEqual(defaults(), [{ gateway, index: eth0.index }]);
    container.request(deleteRoute({ index: eth0.index, gateway }));
    deepEqual(defaults(), []);
    container.request(deleteAddress(eth0.index, { address, length: 24 }));
    host.request(deleteLink("veth0"));
    deepEqual(listLinks(container).map(({ name }) => name).includes("eth0"), false);
  });
});

testWith([asRoot], "macvlan and ipvlan on top of an interface of another namespace", () => {
  inTwoNamespaces((host, container, fd) => {
    host.request(addLink({ name: "parent", up: true }, { kind: "bridge" }));
    const parent = findLink(host, "parent")!.index;
    for (const [kind, mode] of [["macvlan", "bridge"], ["ipvlan", "l2"]] as const) {
      const name = `${kind}0`, settings = { name, namespace: fd };
      const request = addLink(settings, { kind, parent, mode } as LinkKind);
      try {
        host.request(request);
      } catch (error) {
        if (isErrno(error, "EOPNOTSUPP")) continue; // a kernel without it
        throw error;
      }
      equal(findLink(container, name)!.kind, kind);
      container.request(deleteLink(name));
    }
  });
});

testWith([asRoot], "a refusal says what was wanted, the errno, and the kernel's reason", () => {
  inTwoNamespaces((host) => {
    host.request(addLink({ name: "br" }, { kind: "bridge" }));
    const { index } = findLink(host, "br")!;
    const prefix = { address: gateway, length: 24 };
    host.request(addAddress(index, prefix));
    throws(() => host.request(addAddress(index, prefix), setLink(index, { up: true })), (error) => {
      equal(error instanceof NetlinkError && error.code, "EEXIST");
      const { message } = error as NetlinkError;
      equal(message.startsWith("set 10.9.0.1/24: file exists (EEXIST)"), true, message);
      return true;
    });
    equal(findLink(host, "br")!.flags & 1, 1); // what stood behind it has been done
    throws(() => host.request(deleteLink("nothing")), { code: "ENODEV" });
  });
});
