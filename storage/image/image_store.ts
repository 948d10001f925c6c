/** imagedb: the configurations of images, each named by its sha256, and what docker notes about them. */

import { AT } from "../../ffi/constants.ts";
import { listNames, removeTree } from "../../ffi/directory.ts";
import { rename } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { hexOf, isDigest, sha256 } from "../digest.ts";
import { CorruptStoreError, InvalidError, NotFoundError } from "../errors.ts";
import {
  ensureDirectory,
  parseJsonObject,
  readBytesIfExists,
  readTextIfExists,
  replaceFile,
  unlinkIfExists,
  writeNewFile,
} from "../files.ts";
import { layerExists } from "../layer/layer_store.ts";
import type { Store } from "../store.ts";
import { now } from "../time.ts";
import type { ImageConfig } from "./config.ts";
import {
  checkNewName,
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from "./reference.ts";
import { type ReplacedName, Repositories } from "./repositories.ts";

export interface Image {
  /** `sha256:` and 64 digits. */
  readonly id: string;
  readonly config: ImageConfig;
}

/** Ids of all images. */
export function listImageIds(store: Store): string[] {
  return listNames(store.imageContents).filter((name) => /^[a-f0-9]{64}$/.test(name))
    .map((name) => `sha256:${name}`);
}

export function imageExists(store: Store, id: string): boolean {
  return statIfExists(AT.FDCWD, `${store.imageContents}/${hexOf(id)}`) !== undefined;
}

/** The exact bytes of an image's configuration. */
export function readImageBytes(store: Store, id: string): Uint8Array<ArrayBuffer> {
  const bytes = readBytesIfExists(`${store.imageContents}/${hexOf(id)}`);
  if (bytes === undefined) throw new NotFoundError(`No such image: ${id}`);
  return bytes;
}

export function readImageConfig(store: Store, id: string): ImageConfig {
  const text = new TextDecoder().decode(readImageBytes(store, id));
  return parseImageConfig(text, `${store.imageContents}/${hexOf(id)}`);
}

/** As readImageConfig, with undefined for an image that is damaged, or that another process has removed meanwhile. */
export function readImageConfigIfIntact(store: Store, id: string): ImageConfig | undefined {
  try {
    return readImageConfig(store, id);
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof CorruptStoreError) return undefined;
    throw error;
  }
}

/** Parses a configuration that came from `source`, which errors name, and checks what the store relies on. */
export function parseImageConfig(text: string, source: string): ImageConfig {
  const config = parseJsonObject<ImageConfig>(text, source);
  const diffIds = config.rootfs?.diff_ids ?? [];
  const isObject = typeof config.rootfs === "object" && config.rootfs !== null;
  if (!isObject || !Array.isArray(diffIds) || !diffIds.every(isDigest)) {
    throw new CorruptStoreError(`${source} is not an image configuration: bad rootfs.diff_ids`);
  }
  return config;
}

/** The image that a user's words mean: an id, a name, or the unique beginning of an id. */
export function resolveImage(store: Store, text: string): Image {
  const id = resolveImageId(store, text);
  return { id, config: readImageConfig(store, id) };
}

/** As resolveImage, for those who need the id only. */
export function resolveImageId(store: Store, text: string): string {
  const asDigest = /^[a-f0-9]{64}$/.test(text) ? `sha256:${text}` : text;
  if (isDigest(asDigest)) {
    if (imageExists(store, asDigest)) return asDigest;
    throw new NotFoundError(`No such image: ${text}`);
  }
  const reference = parseImageWords(text);
  const named = reference && Repositories.read(store).get(reference);
  if (named && imageExists(store, named)) return named;
  return resolveIdPrefix(store, text) ?? fail(text, reference);
}

/** `sha256:` with less than a whole hash is a prefix, and no reference. */
function parseImageWords(text: string): Reference | undefined {
  return /^sha256:[a-f0-9]{1,63}$/.test(text) ? undefined : parseReference(text);
}

function resolveIdPrefix(store: Store, text: string): string | undefined {
  const prefix = text.replace(/^sha256:/, "");
  if (!/^[a-f0-9]+$/.test(prefix)) return undefined;
  const matches = listImageIds(store).filter((id) => hexOf(id).startsWith(prefix));
  if (matches.length > 1) {
    throw new InvalidError(`multiple IDs found with provided prefix: ${prefix}`);
  }
  return matches[0];
}

function fail(text: string, reference: Reference | undefined): never {
  const name = reference ? formatReference(withDefaultTag(reference)) : text;
  throw new NotFoundError(`No such image: ${name}`);
}

/** The image that this one was made from here, if docker noted it. */
export function parentOf(store: Store, id: string): string | undefined {
  const parent = readTextIfExists(`${store.imageMetadata}/${hexOf(id)}/parent`);
  return isDigest(parent) ? parent : undefined;
}

/** When a name was last given to the image (RFC 3339), or undefined. */
export function lastTagTime(store: Store, id: string): string | undefined {
  return readTextIfExists(`${store.imageMetadata}/${hexOf(id)}/lastUpdated`);
}

export interface NewImage {
  /** The exact bytes of the configuration. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Chain id of the topmost layer. */
  readonly topLayer: string | undefined;
  /** Id of the image it was made from here. */
  readonly parent?: string;
  /** Names to give to it. */
  readonly references: readonly Reference[];
}

/** A new image with the names that now stand for it, and the images that lost them. */
export interface CreatedImage {
  readonly id: string;
  readonly replaced: readonly ReplacedName[];
}

/** Makes an image visible: its configuration first, its names last. If that fails, a new image is gone again. */
export async function createImage(store: Store, image: NewImage): Promise<CreatedImage> {
  image.references.forEach(checkNewName);
  const id = await sha256(image.bytes);
  using _ = store.lockImages("exclusive");
  if (image.topLayer && !layerExists(store, image.topLayer)) {
    throw new NotFoundError(`layer does not exist: ${image.topLayer}`);
  }
  const isNew = !imageExists(store, id);
  try {
    return { id, replaced: writeImage(store, id, image) };
  } catch (error) {
    if (isNew) deleteImage(store, id);
    throw error;
  }
}

/** Returns the images that lost a name. Needs the exclusive image lock. */
function writeImage(store: Store, id: string, image: NewImage): ReplacedName[] {
  if (image.parent && imageExists(store, image.parent)) {
    ensureDirectory(`${store.imageMetadata}/${hexOf(id)}`, 0o700);
    replaceFile(`${store.imageMetadata}/${hexOf(id)}/parent`, image.parent, { mode: 0o600 });
  }
  if (!holds(`${store.imageContents}/${hexOf(id)}`, image.bytes)) {
    const temporary = store.imagePath("imagedb/.tmp-content");
    writeNewFile(temporary, image.bytes, { mode: 0o600, durable: true });
    rename(AT.FDCWD, temporary, AT.FDCWD, `${store.imageContents}/${hexOf(id)}`);
  }
  return setNames(store, image.references, id);
}

/** Whether a file has these very bytes: one that was damaged is written anew. */
function holds(path: string, bytes: Uint8Array): boolean {
  const existing = readBytesIfExists(path);
  return existing?.length === bytes.length && bytes.every((byte, at) => byte === existing[at]);
}

/** Gives an image names; returns which of them other images had. Needs the exclusive image lock. */
export function setNames(
  store: Store,
  references: readonly Reference[],
  id: string,
): ReplacedName[] {
  if (references.length === 0) return [];
  references.forEach(checkNewName);
  const repositories = Repositories.read(store);
  ensureDirectory(`${store.imageMetadata}/${hexOf(id)}`, 0o700);
  replaceFile(`${store.imageMetadata}/${hexOf(id)}/lastUpdated`, now(), { mode: 0o600 });
  return repositories.set(store, references, id);
}

/** Removes an image's configuration and notes; its layers are the caller's business. Needs the exclusive image lock. */
export function deleteImage(store: Store, id: string): void {
  unlinkIfExists(`${store.imageContents}/${hexOf(id)}`);
  removeTree(AT.FDCWD, `${store.imageMetadata}/${hexOf(id)}`);
}
