/** HTTPS to a server whose certificate does not matter, which Deno's fetch cannot do: through Deno's node:https. */

import type { IncomingMessage } from "node:http";
import { request as openRequest } from "node:https";
import type { HttpRequest } from "./transport.ts";

/** As fetch, without following redirects and without a proxy. */
export async function requestUnverified(request: HttpRequest): Promise<Response> {
  const { url, method, headers, body, signal } = request;
  const length = body instanceof Uint8Array ? { "content-length": String(body.length) } : {};
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = openRequest(url, {
    method,
    headers: { ...headers, ...length },
    rejectUnauthorized: false,
    signal,
  });
  outgoing.once("response", resolve).on("error", reject);
  if (body instanceof Uint8Array) outgoing.write(body);
  else if (body !== undefined) {
    for await (const chunk of body) {
      await new Promise<void>((done, fail) =>
        outgoing.write(chunk, (error) => error ? fail(error) : done())
      );
    }
  }
  outgoing.end();
  return responseOf(await promise, method);
}

function responseOf(message: IncomingMessage, method: string): Response {
  const headers = new Headers();
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    headers.append(message.rawHeaders[at], message.rawHeaders[at + 1]);
  }
  const status = message.statusCode ?? 0;
  const hasBody = method !== "HEAD" && ![204, 205, 304].includes(status);
  if (!hasBody) message.resume();
  return new Response(hasBody ? ReadableStream.from(bytesOf(message)) : null, {
    status,
    statusText: message.statusMessage,
    headers,
  });
}

async function* bytesOf(message: IncomingMessage): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of message) yield new Uint8Array(chunk);
  if (!message.complete) throw new Error("connection closed before the message was complete");
}
