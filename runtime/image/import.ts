/** An image made of one archive of a root file system, compressed or not. */

import { InvalidError } from "../../storage/errors.ts";
import {
  emptyContainerConfig,
  encodeImageConfig,
  hostArchitecture,
  type ImageConfig,
} from "../../storage/image/config.ts";
import { type CreatedImage, createImage } from "../../storage/image/image_store.ts";
import { recordImageEvent } from "../../storage/image/record_event.ts";
import {
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from "../../storage/image/reference.ts";
import { decompress } from "../../storage/layer/compression/decompress.ts";
import { LayerLease } from "../../storage/layer/lease.ts";
import type { ByteSource } from "../../storage/layer/source.ts";
import { StagedLayer } from "../../storage/layer/staged_layer.ts";
import type { Store } from "../../storage/store.ts";
import { now } from "../../storage/time.ts";
import { BOX_VERSION } from "../../storage/version.ts";
import { applyChanges } from "../build/changes.ts";
import { prepareForContainers } from "../container/repair.ts";

export interface ImportRequest {
  /** Where the bytes come from: a URL, or `-` for what was handed over as a stream. */
  readonly origin: string;
  /** What the history says; `Imported from` and the origin if there is none. */
  readonly message?: string;
  /** Dockerfile instructions that make the image's configuration. */
  readonly changes: readonly string[];
  /** `OS/ARCHITECTURE[/VARIANT]` of what is in the archive, if it is not the host's. */
  readonly platform?: string;
  /** `REPOSITORY[:TAG]` */
  readonly reference?: string;
}

/** Makes an image of an archive. The request is checked before the first byte of it is asked for. */
export async function importImage(
  store: Store,
  source: ByteSource,
  request: ImportRequest,
): Promise<CreatedImage> {
  const references = request.reference ? [parseImportReference(request.reference)] : [];
  const platform = parsePlatform(request.platform);
  const config = applyChanges(emptyContainerConfig(), request.changes);
  await prepareForContainers(store);

  using lease = LayerLease.begin(store);
  using staged = StagedLayer.begin(store);
  const content = await staged.ingest(decompress(source));
  const layer = await staged.publish(content, undefined, lease);
  const created = now(), comment = request.message || `Imported from ${request.origin}`;
  const image: ImageConfig = {
    ...platform,
    comment,
    config,
    container_config: emptyContainerConfig(),
    created,
    docker_version: BOX_VERSION,
    history: [{ created, comment }],
    rootfs: { type: "layers", diff_ids: [layer.diffId] },
  };
  const result = await createImage(store, {
    bytes: encodeImageConfig(image),
    topLayer: layer.chainId,
    references,
  });
  lease.finish();
  for (const each of references) recordImageEvent(store, "tag", result.id, formatReference(each));
  recordImageEvent(store, "import", result.id, result.id);
  return result;
}

function parseImportReference(text: string): Reference {
  const reference = parseReference(text);
  if (reference.digest) throw new InvalidError("cannot import digest reference");
  return withDefaultTag(reference);
}

function parsePlatform(
  text: string | undefined,
): Pick<ImageConfig, "os" | "architecture" | "variant"> {
  const [os, architecture, variant] = (text ?? `linux/${hostArchitecture}`).split("/");
  if (os !== "linux") throw new InvalidError("operating system is not supported");
  return { os, architecture, ...(variant && { variant }) };
}
