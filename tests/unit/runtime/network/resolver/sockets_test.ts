import assert from "node:assert/strict";
import { EPOLL } from "../../../../../ffi/constants.ts";
import { close } from "../../../../../ffi/file.ts";
import { poller } from "../../../../../ffi/poller.ts";
import {
  bindSocket,
  connectSocket,
  receiveDatagram,
  sendDatagram,
} from "../../../../../ffi/socket.ts";
import { makeResolverSockets } from "../../../../../runtime/network/resolver/sockets.ts";
import { TestNetwork } from "../nftables/helpers.ts";

Deno.test({
  name: "questions to 127.0.0.11 come to the resolver, and port 53 is left to the container",
  ignore: Deno.uid() !== 0,
  async fn() {
    using network = new TestNetwork();
    network.run("ip", "link", "set", "lo", "up");
    makeResolverSockets(network.fd).forEach(({ Descriptor }) => close(Descriptor)); // a monitor before
    const sockets = makeResolverSockets(network.fd), [udp] = sockets.map((each) => each.Descriptor);
    const [own, client] = network.inside(() => [
      bindSocket("udp", { address: "0.0.0.0", port: 53 }),
      connectSocket("udp", { address: "127.0.0.11", port: 53 }),
    ]);
    sendDatagram(client, new TextEncoder().encode("question"));
    const question = await receive(udp);
    assert.equal(new TextDecoder().decode(question.bytes), "question");
    sendDatagram(udp, new TextEncoder().encode("answer"), question.peer);
    assert.equal(new TextDecoder().decode((await receive(client)).bytes), "answer");
    for (const fd of [own, client, ...sockets.map((each) => each.Descriptor)]) close(fd);
  },
});

function receive(fd: number) {
  return new Promise<NonNullable<ReturnType<typeof receiveDatagram>>>((resolve) => {
    poller.watch(fd, EPOLL.IN, () => {
      poller.unwatch(fd);
      resolve(receiveDatagram(fd)!);
    });
  });
}
