/**
 * A registry for the scenes of code_cache.ts: as much of the OCI distribution specification as pulling and pushing take, on the
 * loopback interface and in memory. A real one is not to be had wherever box is compiled.
 */

type Bytes = Uint8Array<ArrayBuffer>;

interface Manifest {
  readonly type: string;
  readonly bytes: Bytes;
}

/** Answers one request. Whatever it is not asked for in the scenes is 404. */
export class SceneRegistry {
  readonly #blobs = new Map<string, Bytes>();
  readonly #manifests = new Map<string, Manifest>();
  readonly #uploads = new Map<string, Bytes>();

  async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/v2/") return new Response("{}");
    const [, name, kind, reference] =
      /^\/v2\/(.+)\/(manifests|blobs|blobs\/uploads)\/([^/]*)$/.exec(pathname) ?? [];
    switch (kind) {
      case "manifests":
        return await this.#manifest(request, `${name}/${reference}`);
      case "blobs":
        return blobAnswer(this.#blobs.get(reference));
      case "blobs/uploads":
        return await this.#upload(request, name, reference, searchParams.get("digest"));
    }
    return new Response(null, { status: 404 });
  }

  async #manifest(request: Request, key: string): Promise<Response> {
    if (request.method === "PUT") {
      const type = request.headers.get("content-type") ?? "";
      this.#manifests.set(key, { type, bytes: await request.bytes() });
      return new Response(null, { status: 201 });
    }
    const found = this.#manifests.get(key);
    if (found === undefined) return new Response(null, { status: 404 });
    return new Response(found.bytes, { headers: { "content-type": found.type } });
  }

  /** Begun by POST, gone on with by PATCH, and ended by PUT, which says the digest. */
  async #upload(
    request: Request,
    name: string,
    id: string,
    digest: string | null,
  ): Promise<Response> {
    const upload = id || crypto.randomUUID();
    const bytes = await new Blob([this.#uploads.get(upload) ?? "", await request.bytes()]).bytes();
    this.#uploads.set(upload, bytes);
    if (digest !== null) this.#blobs.set(digest, bytes);
    const location = `/v2/${name}/blobs/uploads/${upload}`;
    return new Response(null, { status: digest === null ? 202 : 201, headers: { location } });
  }
}

/** Of HEAD, too, where the server leaves the body out. */
function blobAnswer(bytes: Bytes | undefined): Response {
  if (bytes === undefined) return new Response(null, { status: 404 });
  return new Response(bytes, { headers: { "content-length": `${bytes.length}` } });
}

/** Calls `use` with the address, `127.0.0.1:PORT`, at which such a registry listens meanwhile. */
export async function withSceneRegistry<T>(use: (host: string) => Promise<T>): Promise<T> {
  const registry = new SceneRegistry();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: () => new Response(null, { status: 500 }), // of an upload that broke off
  }, (request) => registry.answer(request));
  try {
    return await use(`127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}
