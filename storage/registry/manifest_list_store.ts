/**
 * Lists of manifests that are being made, in docker's place and form: the directory `manifests` beside its configuration has one for
 * each list, with a file for each manifest.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { rename } from "../../ffi/file.ts";
import type { Descriptor } from "../archive/oci.ts";
import { digestLike } from "../digest.ts";
import { InvalidError, NotFoundError } from "../errors.ts";
import { parseJsonObject, readTextIfExists, writeNewFile } from "../files.ts";
import { randomId } from "../id.ts";
import { canonicalName, formatReference, type Reference } from "../image/reference.ts";
import { dockerConfigDirectory } from "./docker_config.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A manifest as docker keeps and shows it. */
export interface ManifestDescription {
  /** The name by which it was got, with its registry. */
  readonly Ref: string;
  readonly Descriptor: Descriptor;
  /** The manifest's bytes in base64. */
  readonly Raw: string;
  readonly SchemaV2Manifest?: unknown;
  readonly OCIManifest?: unknown;
}

/** The name with its registry, by which docker files it. */
export function fullReference({ repository, tag, digest }: Reference): string {
  return formatReference({ repository: canonicalName(repository), tag, digest });
}

/** Whether such a list is being made. */
export function hasManifestList(list: Reference): boolean {
  return namesIn(directoryOf(list)).length > 0;
}

/** The manifests of a list, in the order of their names; NotFoundError if there is no such list. */
export async function readManifestList(list: Reference): Promise<ManifestDescription[]> {
  const directory = directoryOf(list), names = namesIn(directory);
  if (names.length === 0) throw noSuchList(list);
  return await Promise.all(names.map(async (name) => (await read(`${directory}/${name}`))!));
}

/** A list's manifest of a name, if there is one. */
export async function readListedManifest(
  list: Reference,
  name: Reference,
): Promise<ManifestDescription | undefined> {
  return await read(`${directoryOf(list)}/${fileName(name)}`);
}

/** Adds a manifest to a list, or replaces it. */
export async function keepListedManifest(
  list: Reference,
  name: Reference,
  description: ManifestDescription,
): Promise<void> {
  const directory = directoryOf(list), path = `${directory}/${fileName(name)}`;
  await Deno.mkdir(directory, { recursive: true });
  const temporary = `${path}${HALF}${randomId().slice(0, 12)}`;
  writeNewFile(temporary, JSON.stringify(description), { mode: 0o644 });
  rename(AT.FDCWD, temporary, AT.FDCWD, path);
}

/** Throws NotFoundError. */
export async function forgetManifestList(list: Reference): Promise<void> {
  if (!hasManifestList(list)) throw noSuchList(list);
  await Deno.remove(directoryOf(list), { recursive: true });
}

/** The bytes of a manifest, which have the digest that its descriptor says. */
export function bytesOf({ Raw }: ManifestDescription): Bytes {
  return Uint8Array.fromBase64(Raw);
}

function noSuchList(list: Reference): NotFoundError {
  return new NotFoundError(`No such manifest: ${fullReference(list)}`);
}

/** In the name of a file that is not yet complete; none of a manifest's has it. */
const HALF = "~";

const fileName = (reference: Reference) =>
  fullReference(reference).replaceAll(":", "-").replaceAll("/", "_");

const directoryOf = (list: Reference) => `${dockerConfigDirectory()}/manifests/${fileName(list)}`;

function namesIn(directory: string): string[] {
  try {
    return listNames(directory).filter((name) => !name.includes(HALF)).sort();
  } catch {
    return [];
  }
}

async function read(path: string): Promise<ManifestDescription | undefined> {
  const text = readTextIfExists(path);
  if (text === undefined) return undefined;
  const found = parseJsonObject<Partial<ManifestDescription>>(text, path);
  const { Ref, Descriptor, Raw } = found;
  const isWhole = typeof Ref === "string" && typeof Descriptor?.digest === "string" &&
    typeof Descriptor.mediaType === "string" && typeof Raw === "string";
  if (!isWhole) {
    throw new InvalidError(`${path} does not have the manifest itself: create the list anew`);
  }
  if (await digestLike(Descriptor.digest, Uint8Array.fromBase64(Raw)) !== Descriptor.digest) {
    throw new InvalidError(`${path} is damaged: its manifest does not have its digest`);
  }
  return found as ManifestDescription;
}
