/** Uploading blobs: OCI distribution spec, "Pushing Blobs". */

import { EngineError } from "../errors.ts";
import type { ByteSource } from "../layer/source.ts";
import type { RegistryClient } from "./client.ts";
import { ConnectionError, refusalOf, RegistryError } from "./error.ts";
import { delayBefore, mayRetry, pause } from "./retry.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface UploadedBlob {
  readonly digest: string;
  readonly size: number;
}

export interface UploadOptions {
  readonly signal?: AbortSignal;
  /** Where an upload has begun already: what a registry says that did not mount the blob. */
  readonly begun?: URL;
  /** Is told how many bytes the source has given. */
  onProgress?(bytes: number): void;
}

/**
 * Has a blob of another repository of the same registry appear in this one. Whether the registry did it; a URL if it has begun an
 * upload instead.
 */
export async function mountBlob(
  client: RegistryClient,
  digest: string,
  from: string,
): Promise<boolean | URL> {
  const query = new URLSearchParams({ mount: digest, from });
  const url = `/v2/${client.path}/blobs/uploads/?${query}`;
  const response = await client.upload("POST", url, new Uint8Array(0), {}, from);
  await response.body?.cancel();
  if (response.status !== 202) return response.status === 201;
  const location = response.headers.get("location");
  return location !== null && locationOf(response, client.session.urlOf(url));
}

/** Uploads a small blob with one request for its bytes. */
export async function uploadDocument(
  client: RegistryClient,
  digest: string,
  bytes: Bytes,
): Promise<void> {
  const location = await begin(client);
  await finish(client, location, digest, bytes);
}

/**
 * Uploads a blob whose size and digest come out on the way. `open` gives its bytes from the start, the same each time: after a
 * broken connection the upload goes on where the registry says that it is.
 */
export async function uploadBlob(
  client: RegistryClient,
  open: () => ByteSource,
  { signal, begun, onProgress }: UploadOptions = {},
): Promise<UploadedBlob> {
  const { maxAttempts } = client.session.settings;
  let location = begun ?? await begin(client), offset = 0;
  for (let failures = 0;;) {
    const blob = new HashedBlob(open(), offset, onProgress);
    await blob.prepare();
    try {
      location = await send(client, location, blob.rest());
      await finish(client, location, blob.digest, new Uint8Array(0));
      return { digest: blob.digest, size: blob.size };
    } catch (error) {
      signal?.throwIfAborted();
      if (blob.error !== undefined) throw blob.error; // the layer cannot be read
      if (!mayRetry(error)) throw error;
      const { received, at } = await statusOf(client, location) ??
        { received: 0, at: await begin(client) };
      failures = received > offset ? 1 : failures + 1;
      if (failures >= maxAttempts) throw error;
      [location, offset] = [at, received];
      await pause(delayBefore(failures), signal);
    }
  }
}

async function begin(client: RegistryClient): Promise<URL> {
  const url = `/v2/${client.path}/blobs/uploads/`;
  const response = await client.upload("POST", url, new Uint8Array(0));
  if (response.status !== 202) throw await refusalOf(response);
  await response.body?.cancel();
  return locationOf(response, client.session.urlOf(url));
}

/** Where the upload goes on: each answer may say another place. */
function locationOf(response: Response, from: URL): URL {
  const url = URL.parse(response.headers.get("location") ?? from.href, from);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new EngineError("the registry does not say where to upload to");
}

async function send(client: RegistryClient, location: URL, body: ByteSource): Promise<URL> {
  const type = { "content-type": "application/octet-stream" };
  const response = await client.upload("PATCH", location, body, type);
  if (response.status !== 202) throw await refusalOf(response);
  await response.body?.cancel();
  return locationOf(response, location);
}

async function finish(
  client: RegistryClient,
  location: URL,
  digest: string,
  bytes: Bytes,
): Promise<void> {
  const url = new URL(location);
  url.searchParams.set("digest", digest);
  const type = { "content-type": "application/octet-stream" };
  const response = await client.upload("PUT", url, bytes, type);
  if (response.status !== 201) throw await refusalOf(response);
  await response.body?.cancel();
}

/** How many bytes of an upload the registry has, and where it goes on; undefined if it knows nothing of it. */
async function statusOf(
  client: RegistryClient,
  location: URL,
): Promise<{ readonly received: number; readonly at: URL } | undefined> {
  try {
    const response = await client.upload("GET", location, undefined);
    await response.body?.cancel();
    const last = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(response.headers.get("range") ?? "")?.[1];
    if (response.status !== 204) return undefined;
    // The registry says 0-0 both for nothing and for a single byte; nothing is the safe reading.
    const received = last === undefined || last === "0" ? 0 : Number(last) + 1;
    return { received, at: locationOf(response, location) };
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof RegistryError) return undefined;
    throw error;
  }
}

/** A blob on its way: hashed from its start, sent from an offset on. */
class HashedBlob {
  size = 0;
  /** What the source failed with. */
  error: unknown;
  #hash: { update(bytes: Bytes): unknown; digest(encoding: "hex"): string } | undefined;
  #digest: string | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly offset: number,
    private readonly onProgress: ((bytes: number) => void) | undefined,
  ) {}

  async prepare(): Promise<void> {
    this.#hash = (await import("node:crypto")).createHash("sha256");
  }

  get digest(): string {
    return this.#digest ??= `sha256:${this.#hash!.digest("hex")}`;
  }

  async *rest(): ByteSource {
    try {
      for await (const chunk of this.source) {
        this.#hash!.update(chunk);
        const skipped = Math.min(Math.max(this.offset - this.size, 0), chunk.length);
        this.size += chunk.length;
        this.onProgress?.(this.size);
        // fetch keeps a chunk for as long as it likes
        if (skipped < chunk.length) yield chunk.slice(skipped);
      }
    } catch (error) {
      this.error = error;
      throw error;
    }
  }
}
