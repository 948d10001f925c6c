/** One image of an archive, whose layers come into the store without it. */

import { InvalidError, NotFoundError } from "../errors.ts";
import type { ImageConfig } from "../image/config.ts";
import type { LayerLease } from "../layer/lease.ts";
import type { Store } from "../store.ts";
import { LayerLoader } from "./layer_loader.ts";
import { type ArchiveOrigin, openOrigin } from "./load.ts";
import { INDEX_FILE } from "./oci.ts";
import { type LayoutChoice, readOciLayout } from "./oci_layout.ts";

/** Finds an image of an OCI layout. The lease comes to hold its layers. Throws EngineError. */
export async function loadLayers(
  store: Store,
  lease: LayerLease,
  origin: ArchiveOrigin & { readonly directory: string },
  choice: LayoutChoice,
): Promise<ImageConfig> {
  const { directory } = origin;
  using archive = await openOrigin(store, origin);
  const index = await archive.read(INDEX_FILE);
  if (index === undefined) throw new InvalidError(`could not read ${directory}/${INDEX_FILE}`);
  const [image, another] = await readOciLayout(archive, index, choice);
  const wanted = choice.digest ?? choice.tag ?? "latest";
  if (image === undefined) {
    throw new NotFoundError(`${wanted} not found in the OCI layout ${directory}`);
  }
  if (another !== undefined) {
    throw new InvalidError(`the OCI layout ${directory} has several images of the tag ${wanted}`);
  }
  await new LayerLoader(store, archive, lease).load(image.layers);
  return image.config;
}
