import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { bindSocket, localAddress } from "../../../../../ffi/socket.ts";
import { Relay } from "../../../../../runtime/network/ports/relay.ts";

const HERE = "127.0.0.1";

Deno.test("the relay passes a connection on, either direction to its own end", async () => {
  const server = Deno.serve({ hostname: HERE, port: 0, onListen() {} }, async (request) => {
    return new Response(await request.bytes());
  });
  const { port, relay } = relayTo("tcp", server.addr.port);
  using _ = relay;
  const body = crypto.getRandomValues(new Uint8Array(65536)), whole = new Uint8Array(1 << 22);
  for (let at = 0; at < whole.length; at += body.length) whole.set(body, at);
  const response = await fetch(`http://[::1]:${port}/`, { method: "POST", body: whole });
  assert.deepEqual(await response.bytes(), whole);
  await server.shutdown();
});

Deno.test("to a port where nobody listens the connection ends", async () => {
  using closed = Deno.listen({ hostname: HERE, port: 0 });
  const free = (closed.addr as Deno.NetAddr).port;
  closed.close();
  const { port, relay } = relayTo("tcp", free);
  using _ = relay;
  using connection = await Deno.connect({ hostname: "::1", port });
  const ended = connection.read(new Uint8Array(1)).catch(() => null);
  assert.equal(await ended, null);
});

Deno.test("half of a connection may end before the other", async () => {
  using server = Deno.listen({ hostname: HERE, port: 0 });
  const { port, relay } = relayTo("tcp", (server.addr as Deno.NetAddr).port);
  using _ = relay;
  using client = await Deno.connect({ hostname: "::1", port });
  await client.write(new TextEncoder().encode("question"));
  await client.closeWrite();
  using served = await server.accept();
  assert.equal(await new Response(served.readable, {}).text(), "question");
});

Deno.test("datagrams find their way there and back", async () => {
  const server = await bound(HERE), clients = [await bound("::1"), await bound("::1")];
  const { port, relay } = relayTo("udp", server.address().port);
  using _ = relay;
  server.on("message", ([number], peer) => {
    server.send(Uint8Array.of(10 + number), peer.port, peer.address);
  });
  const answers = clients.map((client) => once(client, "message"));
  clients.forEach((client, i) => client.send(Uint8Array.of(i), port, "::1"));
  for (const [i, answer] of (await Promise.all(answers)).entries()) {
    assert.deepEqual([...answer[0]], [10 + i]);
    assert.equal(answer[1].port, port);
  }
  for (const socket of [server, ...clients]) socket.close();
});

/** A socket of UDP with a port of the kernel's choice. */
async function bound(address: string) {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

function relayTo(Protocol: "tcp" | "udp", ContainerPort: number) {
  const Descriptor = bindSocket(Protocol, { address: "::1", port: 0 });
  const { port } = localAddress(Descriptor);
  return { port, relay: new Relay([{ Descriptor, Protocol, ContainerPort }], () => HERE) };
}
