/**
 * HTTPS to a server whose certificate does not matter, which Deno's fetch cannot do, and node:https not in every Deno: fetch
 * speaks plain HTTP through a socket of our own, and what comes out of it goes on through Deno's node:tls.
 */

import { connect, type TLSSocket } from "node:tls";
import type { HttpRequest } from "./transport.ts";

/** As fetch, without following redirects and without a proxy. */
export async function requestUnverified(request: HttpRequest): Promise<Response> {
  const { url, method, headers, body, signal } = request;
  const directory = await Deno.makeTempDir({ prefix: "box-tls-" }); // nobody else's
  const path = `${directory}/socket`;
  try {
    using listener = Deno.listen({ transport: "unix", path });
    const relayed = relayOne(listener, url);
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
    const plain = new URL(url);
    plain.protocol = "http:";
    const options = { method, headers, body, signal, client, redirect: "manual" } as const;
    return await Promise.race([fetch(plain, options), relayed]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Passes one connection on to the server. Never returns; throws if the server cannot be had. */
async function relayOne(listener: Deno.UnixListener, { hostname, port }: URL): Promise<never> {
  const failed = Promise.withResolvers<never>();
  const connection = await listener.accept().catch(() => undefined);
  if (connection === undefined) return await failed.promise; // fetch has failed before
  const server = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 443),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: false,
  });
  server.on("error", (error) => {
    failed.reject(error);
    close(connection);
  });
  server.on("end", () => close(connection));
  server.on("data", (bytes) => {
    server.pause();
    writeAll(connection, new Uint8Array(bytes)).then(() => server.resume(), () => server.destroy());
  });
  pass(connection, server).catch(() => server.destroy());
  return await failed.promise;
}

async function pass(connection: Deno.Conn, server: TLSSocket): Promise<void> {
  for await (const chunk of connection.readable) {
    if (!server.write(chunk)) await new Promise((resolve) => server.once("drain", resolve));
  }
  server.end();
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is already.
  }
}
