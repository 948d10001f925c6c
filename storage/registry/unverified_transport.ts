/**
 * HTTPS to a server whose certificate does not matter, which Deno's fetch cannot do, and node:https not in every Deno: fetch
 * speaks plain HTTP through a socket of our own, and what comes out of it goes on through Deno's node:tls.
 */

import { isIP } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { proxyFor } from "./proxy.ts";
import type { HttpRequest } from "./transport.ts";
import { join, openTunnel, writeAll } from "./tunnel.ts";

/** As fetch, without following redirects. */
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
async function relayOne(listener: Deno.UnixListener, url: URL): Promise<never> {
  const failed = Promise.withResolvers<never>();
  const connection = await listener.accept().catch(() => undefined);
  if (connection === undefined) return await failed.promise; // fetch has failed before
  const server = await connectTo(url).catch((error) => {
    close(connection);
    throw error;
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

/** Through a proxy if one is to be used. */
async function connectTo(url: URL): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, ""), port = Number(url.port || 443);
  const options = { ALPNProtocols: ["http/1.1"], rejectUnauthorized: false };
  const proxy = proxyFor(url);
  if (proxy === undefined) return connect({ ...options, host, port });
  const tunnel = await openTunnel(proxy, `${url.hostname}:${port}`);
  try {
    return await connectInside(tunnel, { ...options, servername: isIP(host) ? "" : host });
  } catch (error) {
    tunnel.close();
    throw error;
  }
}

/** Not every Deno's node:tls takes a connection that is there already, so it gets one that leads to it. */
async function connectInside(tunnel: Deno.Conn, options: ConnectionOptions): Promise<TLSSocket> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = connect({ ...options, host: "127.0.0.1", port: listener.addr.port });
  const connected = new Promise<void>((resolve, reject) => {
    server.once("connect", resolve).once("error", reject);
  });
  const [inside] = await Promise.all([listener.accept(), connected]);
  if (inside.remoteAddr.port !== server.localPort) { // somebody else of this machine
    inside.close();
    server.destroy();
    throw new Error("the way to the proxy is disturbed");
  }
  join(inside, tunnel);
  return server;
}

async function pass(connection: Deno.Conn, server: TLSSocket): Promise<void> {
  for await (const chunk of connection.readable) {
    if (!server.write(chunk)) await new Promise((resolve) => server.once("drain", resolve));
  }
  server.end();
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is already.
  }
}
