/** What box asks a registry for: OCI distribution spec, "Endpoints". */

import { digestLike, isContentDigest, sha256 } from "../digest.ts";
import { EngineError, InvalidError } from "../errors.ts";
import { refusalOf, RegistryError } from "./error.ts";
import { ACCEPTED_MANIFESTS, type Manifest, MANIFEST_LIMIT } from "./manifest.ts";
import { mediaTypeOf, readLimited, tagsOf, tooLarge } from "./response.ts";
import type { Session } from "./session.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class RegistryClient {
  private readonly scopes: readonly string[];

  constructor(
    readonly session: Session,
    /** The repository's name at the registry. */
    readonly path: string,
    actions: "pull" | "pull,push" = "pull",
    private readonly signal?: AbortSignal,
  ) {
    this.scopes = [`repository:${path}:${actions}`];
  }

  /** Finds out whether the registry can be reached, and what it wants of its users. */
  async checkAccess(): Promise<void> {
    const response = await this.session.send({
      method: "GET",
      url: "/v2/",
      scopes: this.scopes,
      signal: this.signal,
    });
    if (!response.ok) throw await refusalOf(response);
    await response.body?.cancel();
  }

  /** A manifest by tag or digest, verified as far as that is possible. */
  async manifest(reference: string): Promise<Manifest> {
    const response = await this.session.expect({
      method: "GET",
      url: `/v2/${this.path}/manifests/${reference}`,
      headers: { accept: ACCEPTED_MANIFESTS },
      scopes: this.scopes,
      signal: this.signal,
    }, 200);
    const bytes = await readLimited(response, MANIFEST_LIMIT, `manifest ${reference}`);
    const isNamed = isContentDigest(reference);
    const promised = isNamed ? reference : response.headers.get("docker-content-digest");
    if (isContentDigest(promised)) await verify("manifest", promised, bytes);
    const digest = isNamed ? reference : await sha256(bytes);
    return { mediaType: mediaTypeOf(response, bytes), digest, bytes };
  }

  /** A small blob, such as a configuration, verified. */
  async document(digest: string, size: number): Promise<Bytes> {
    if (size > MANIFEST_LIMIT) throw tooLarge(`blob ${digest}`, MANIFEST_LIMIT);
    const response = await this.requestBlob(digest, {});
    const bytes = await readLimited(response, size, `blob ${digest}`);
    await verify("image", digest, bytes);
    return bytes;
  }

  /** A blob from an offset on; where the registry knows no ranges, from its start. */
  async blob(digest: string, offset: number) {
    const response = await this.requestBlob(
      digest,
      offset > 0 ? { range: `bytes=${offset}-` } : {},
    );
    const body = response.body ?? new ReadableStream<Bytes>({ start: (c) => c.close() });
    if (response.status === 200) return { start: 0, body };
    const start = /^bytes ([0-9]{1,15})-/.exec(response.headers.get("content-range") ?? "")?.[1];
    if (Number(start) !== offset) {
      await body.cancel();
      throw new EngineError(
        `the registry gave another part of blob ${digest} than it was asked for`,
      );
    }
    return { start: offset, body };
  }

  private async requestBlob(digest: string, headers: Record<string, string>): Promise<Response> {
    return await this.session.expect(
      {
        method: "GET",
        url: `/v2/${this.path}/blobs/${digest}`,
        headers,
        scopes: this.scopes,
        signal: this.signal,
      },
      200,
      206,
    );
  }

  /** Bytes of a blob that the repository has. */
  async blobSize(digest: string): Promise<number | undefined> {
    const response = await this.session.send({
      method: "HEAD",
      url: `/v2/${this.path}/blobs/${digest}`,
      scopes: this.scopes,
      signal: this.signal,
    });
    await response.body?.cancel();
    const size = Number(response.headers.get("content-length") ?? NaN);
    if (response.status === 200 && Number.isSafeInteger(size)) return size;
    if (response.status === 404 || response.status === 200) return undefined;
    throw await refusalOf(response);
  }

  /** All tags, in the registry's order. */
  async tags(): Promise<string[]> {
    const tags: string[] = [];
    const seen = new Set<string>();
    for (let url: string | URL | undefined = `/v2/${this.path}/tags/list`; url !== undefined;) {
      const response: Response = await this.session.expect(
        { method: "GET", url, scopes: this.scopes, signal: this.signal },
        200,
      );
      const bytes = await readLimited(response, MANIFEST_LIMIT, "list of tags");
      tags.push(...tagsOf(bytes));
      url = this.nextPage(response, this.session.urlOf(url));
      if (url !== undefined && seen.size === seen.add(url.href).size) break;
    }
    return tags;
  }

  /** Link: </v2/...?last=x>; rel="next", from the registry itself. */
  private nextPage(response: Response, from: URL): URL | undefined {
    const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
    const url = target === undefined ? undefined : URL.parse(target, from) ?? undefined;
    return url?.origin === from.origin ? url : undefined;
  }

  /** Stores a manifest under a tag or its digest. */
  async putManifest(reference: string, { mediaType, bytes }: Manifest): Promise<void> {
    const response = await this.session.expect(
      {
        method: "PUT",
        url: `/v2/${this.path}/manifests/${reference}`,
        headers: { "content-type": mediaType },
        body: bytes,
        scopes: this.scopes,
        signal: this.signal,
      },
      200,
      201,
      202,
    );
    await response.body?.cancel();
  }

  /** One request of an upload. `mountFrom` is another repository that has to be read for it. */
  async upload(
    method: "POST" | "PATCH" | "PUT" | "GET",
    url: string | URL,
    body: Bytes | AsyncIterable<Bytes> | undefined,
    headers: Record<string, string> = {},
    mountFrom?: string,
  ): Promise<Response> {
    return await this.session.send({
      method,
      url,
      headers,
      body,
      scopes: mountFrom ? [...this.scopes, `repository:${mountFrom}:pull`] : this.scopes,
      signal: this.signal,
      once: body !== undefined && !(body instanceof Uint8Array),
    });
  }
}

async function verify(what: string, digest: string, bytes: Bytes): Promise<void> {
  const actual = await digestLike(digest, bytes);
  if (actual === digest) return;
  throw new InvalidError(
    `${what} verification failed for digest ${digest}: the bytes have ${actual}`,
  );
}

/** Whether a registry says that it does not have what it was asked for. */
export function isMissing(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.status === 404;
}
