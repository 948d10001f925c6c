/** Sending one HTTP request to one server: Deno's fetch, which honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */

import { certificatesOf } from "./certificates.ts";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly signal: AbortSignal;
}

/** Redirects are not followed, and failures are what fetch throws. */
export type Transport = (request: HttpRequest) => Promise<Response>;

/** A transport to a URL's origin. Without verification, a certificate that is no good is taken nevertheless. */
export function transportTo({ protocol, host }: URL, verifyTls: boolean): Transport {
  directLoopback();
  if (protocol === "http:") return (request) => send(request, undefined);
  const { authorities, client: identity } = certificatesOf(host);
  const client = authorities.length > 0 || identity !== undefined
    ? Deno.createHttpClient({ caCerts: [...authorities], ...identity })
    : undefined;
  let isUnverified = false;
  return async (request) => {
    if (isUnverified) return await sendUnverified(request);
    try {
      return await send(request, client);
    } catch (error) {
      if (verifyTls || !isBadCertificate(error)) throw error;
      isUnverified = true;
      return await sendUnverified(request);
    }
  };
}

async function send(request: HttpRequest, client: Deno.HttpClient | undefined): Promise<Response> {
  const { url, method, headers, body, signal } = request;
  const options = { method, headers, body, signal, redirect: "manual" } as const;
  return await fetch(url, client ? { ...options, client } : options);
}

async function sendUnverified(request: HttpRequest): Promise<Response> {
  const { requestUnverified } = await import("./unverified_transport.ts");
  return await requestUnverified(request);
}

/** The handshake failed before anything of the request was sent. */
function isBadCertificate(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (/invalid peer certificate/.test(each.message)) return true;
  }
  return false;
}

/** As Go's net/http, and so docker: this machine itself is never reached through a proxy. */
function directLoopback(): void {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  if (!names.some((name) => Deno.env.has(name) || Deno.env.has(name.toLowerCase()))) return;
  const known = Deno.env.get("NO_PROXY") ?? Deno.env.get("no_proxy") ?? "";
  if (known.includes("127.0.0.0/8")) return;
  const all = [...known ? [known] : [], "localhost", "127.0.0.0/8", "::1"].join(",");
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, all);
}
