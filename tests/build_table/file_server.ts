/** A web server with what ADD fetches: `/f`, the archive `/p.tar.gz`, and `/moved`, which leads to `/f`. */

import { gzipSync } from "node:zlib";
import { archive, file } from "../unit/storage/layer/helpers.ts";

export class FileServer implements AsyncDisposable {
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const headers = { "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT" };

function answer(request: Request): Response {
  const { pathname, origin } = new URL(request.url);
  switch (pathname) {
    case "/f":
      return new Response("F\n", { headers });
    case "/p.tar.gz":
      return new Response(new Uint8Array(gzipSync(archive(file("p/f", "F")))), { headers });
    case "/moved":
      return Response.redirect(`${origin}/f`);
    default:
      return new Response("not here\n", { status: 404 });
  }
}
