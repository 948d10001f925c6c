/** One layer on its way from a registry: hashed, decompressed and unpacked as it comes. */

import type { Descriptor } from "../../../storage/archive/oci.ts";
import { type UnpackedLayer, unpackLayer } from "../../../storage/archive/unpacked_layer.ts";
import { algorithmOf } from "../../../storage/digest.ts";
import { EngineError, InvalidError } from "../../../storage/errors.ts";
import { ArchiveError } from "../../../storage/layer/archive_error.ts";
import { detectCompression } from "../../../storage/layer/compression/decompress.ts";
import type { ByteSource } from "../../../storage/layer/source.ts";
import { blobSource } from "../../../storage/registry/blob_source.ts";
import { isMissing, type RegistryClient } from "../../../storage/registry/client.ts";
import type { Store } from "../../../storage/store.ts";
import { type ReportTransfer, shortDigest } from "../transfer/progress.ts";
import { isForeign } from "./remote_image.ts";

export interface LayerDownload {
  /** Whoever gets it disposes of it, or publishes it. */
  readonly unpacked: UnpackedLayer;
  /** Whether its blob is what docker notes, too. */
  readonly isGzip: boolean;
}

export interface LayerDownloadSettings {
  readonly store: Store;
  readonly report: ReportTransfer;
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
}

/** Fetches a layer and verifies it. Throws EngineError, and leaves nothing then. */
export async function downloadLayer(
  client: RegistryClient,
  descriptor: Descriptor,
  diffId: string,
  { store, report, maxAttempts, signal }: LayerDownloadSettings,
): Promise<LayerDownload> {
  signal.throwIfAborted();
  const id = shortDigest(descriptor.digest), total = descriptor.size;
  const source = blobSource((digest, offset) => client.blob(digest, offset), descriptor, {
    maxAttempts,
    signal,
    onProgress: (current) => report({ id, status: "Downloading", current, total }),
    onRetry: (delay) => report({ id, status: `Retrying in ${Math.ceil(delay / 1000)} seconds` }),
  });
  const sniffed = new Sniffed(source);
  try {
    const unpacked = await unpackLayer(store, sniffed.read(), algorithmOf(descriptor.digest));
    verify(descriptor, diffId, unpacked);
    report({ id, status: "Download complete" });
    return { unpacked, isGzip: sniffed.isGzip };
  } catch (error) {
    throw explained(error, descriptor);
  }
}

function verify(
  { digest }: Descriptor,
  diffId: string,
  { digest: actual, content, staged }: UnpackedLayer,
): void {
  if (actual === digest && content.diffId === diffId) return;
  staged[Symbol.dispose]();
  if (actual !== digest) {
    throw new InvalidError(`filesystem layer verification failed for digest ${digest}`);
  }
  throw new InvalidError(
    `layer ${digest} is not what the configuration says: expected diffID ${diffId}, got ${content.diffId}`,
  );
}

/** Remembers how a layer was compressed. */
class Sniffed {
  isGzip = false;

  constructor(private readonly source: ByteSource) {}

  async *read(): ByteSource {
    let isFirst = true;
    for await (const chunk of this.source) {
      if (isFirst) this.isGzip = detectCompression(chunk) === "gzip";
      isFirst = false;
      yield chunk;
    }
  }
}

/** Says which layer it is that cannot be had. */
function explained(error: unknown, descriptor: Descriptor): unknown {
  if (isMissing(error) && isForeign(descriptor)) {
    return new EngineError(
      `layer ${descriptor.digest} is foreign, and the registry does not have it; box does not fetch layers from elsewhere`,
    );
  }
  return error instanceof ArchiveError
    ? new ArchiveError(`failed to register layer ${descriptor.digest}: ${error.message}`)
    : error;
}
