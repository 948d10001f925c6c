/** Finds the images in an OCI image layout. */

import { digestLike } from "../digest.ts";
import { InvalidError } from "../errors.ts";
import { parseReference, type Reference, withDefaultTag } from "../image/reference.ts";
import {
  type ImageArchive,
  missingFile,
  parseDocument,
  verifyDigest,
  verifySize,
} from "./image_archive.ts";
import { type LoadableImage, makeLoadable } from "./loadable_image.ts";
import {
  blobPath,
  type Descriptor,
  INDEX_FILE,
  LAYOUT_FILE,
  LAYOUT_VERSION,
  NAME_ANNOTATION,
} from "./oci.ts";
import { isIndexType, isManifestType, parseImageManifest, parseIndex } from "./oci_documents.ts";
import { chooseByName, choosePlatform } from "./platform.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An index may point to an index; nobody has found a use for more of them. */
const DEEPEST_INDEX = 4;

/** Which of a layout's images is meant: if nothing is said the only one, or that with the tag `latest`. */
export interface LayoutChoice {
  /** The spec's own annotation, or the tag of a whole name. */
  readonly tag?: string;
  /** Of the manifest; it goes before the tag. */
  readonly digest?: string;
}

/**
 * The images that index.json lists, or the one that is chosen, each once, with all their names. Where several platforms are to choose from, it is the
 * host's. Everything that is read is checked against the descriptor that led to it.
 */
export async function readOciLayout(
  archive: ImageArchive,
  index: Bytes,
  choice?: LayoutChoice,
): Promise<LoadableImage[]> {
  await checkVersion(archive);
  const listed = parseIndex(index, INDEX_FILE).manifests;
  const wanted = choice === undefined ? listed : chosen(listed, choice);
  const found = new Map<string, { manifest: Descriptor; references: Reference[] }>();
  for (const descriptor of chooseByName(wanted, nameOf)) {
    const manifest = await findManifest(archive, descriptor, 1);
    const image = found.get(manifest.digest) ?? { manifest, references: [] };
    found.set(manifest.digest, image);
    const reference = referenceOf(descriptor);
    if (reference !== undefined) image.references.push(reference);
  }
  const images: LoadableImage[] = [];
  for (const { manifest, references } of found.values()) {
    images.push(await readImage(archive, manifest, references));
  }
  return images;
}

function chosen(
  manifests: readonly Descriptor[],
  { tag, digest }: LayoutChoice,
): readonly Descriptor[] {
  if (digest !== undefined) return manifests.filter((each) => each.digest === digest).slice(0, 1);
  const isAlone = new Set(manifests.map((each) => each.digest)).size === 1;
  if (tag === undefined && isAlone) return manifests.slice(0, 1);
  return manifests.filter((each) =>
    [each.annotations?.[NAME_ANNOTATION.reference], referenceOf(each)?.tag]
      .includes(tag ?? "latest")
  );
}

async function checkVersion(archive: ImageArchive): Promise<void> {
  const bytes = await archive.read(LAYOUT_FILE);
  if (bytes === undefined) return; // older tools forgot it
  const layout = parseDocument(bytes, LAYOUT_FILE) as { imageLayoutVersion?: unknown } | null;
  if (layout?.imageLayoutVersion !== LAYOUT_VERSION) {
    throw new InvalidError(`${LAYOUT_FILE}: unsupported version of the OCI image layout`);
  }
}

/** Follows an index to the manifest of the host's image. */
async function findManifest(
  archive: ImageArchive,
  descriptor: Descriptor,
  depth: number,
): Promise<Descriptor> {
  if (isManifestType(descriptor.mediaType)) return descriptor;
  if (!isIndexType(descriptor.mediaType)) {
    throw new InvalidError(
      `unsupported media type ${JSON.stringify(descriptor.mediaType)} of ${descriptor.digest}`,
    );
  }
  if (depth > DEEPEST_INDEX) throw new InvalidError("too many levels of image indexes");
  const index = parseIndex(
    await readBlob(archive, descriptor),
    descriptor.digest,
    descriptor.mediaType,
  );
  return await findManifest(archive, choosePlatform(index.manifests), depth + 1);
}

async function readImage(
  archive: ImageArchive,
  descriptor: Descriptor,
  references: readonly Reference[],
): Promise<LoadableImage> {
  const { digest, mediaType } = descriptor;
  const manifest = parseImageManifest(await readBlob(archive, descriptor), digest, mediaType);
  const config = await readBlob(archive, manifest.config);
  return await makeLoadable(config, manifest.config.digest, {
    references,
    layers: manifest.layers.map(({ digest, size }) => ({ path: blobPath(digest), digest, size })),
  });
}

export async function readBlob(
  archive: ImageArchive,
  { digest, size }: Pick<Descriptor, "digest" | "size">,
): Promise<Bytes> {
  const path = blobPath(digest), bytes = await archive.read(path);
  if (bytes === undefined) throw missingFile(path);
  verifySize(path, size, bytes.length);
  verifyDigest(path, digest, await digestLike(digest, bytes));
  return bytes;
}

/** What the image is called. A mere tag, the spec's own example, names no repository and so is no name here. */
function nameOf({ annotations }: Descriptor): string | undefined {
  const { [NAME_ANNOTATION.full]: full, [NAME_ANNOTATION.reference]: reference } = annotations ??
    {};
  return full || (/[:/]/.test(reference ?? "") ? reference : undefined);
}

function referenceOf(descriptor: Descriptor): Reference | undefined {
  const name = nameOf(descriptor);
  if (name === undefined) return undefined;
  const reference = withDefaultTag(parseReference(name));
  return reference.tag === undefined ? undefined : { ...reference, digest: undefined };
}
