/** A small image made of the host's own programs: a place to start from where no registry can be reached. */

import { EngineError } from "../../storage/errors.ts";
import type { CreatedImage } from "../../storage/image/image_store.ts";
import type { ByteSource } from "../../storage/layer/source.ts";
import type { Store } from "../../storage/store.ts";
import { HOST_MACHINE } from "./elf.ts";
import { archiveOf } from "./host/archive.ts";
import { addApplets, listApplets } from "./host/busybox.ts";
import { HostFiles } from "./host/host_files.ts";
import { ImageTree } from "./host/image_tree.ts";
import { ProgramCollector } from "./host/programs.ts";
import { addSkeleton } from "./host/skeleton.ts";
import {
  nameServiceLibraries,
  programDirectories,
  shells,
  terminfoFiles,
  utilities,
} from "./host/utilities.ts";
import { importImage, type ImportRequest } from "./import.ts";

/** What the image consists of; `auto` is busybox where the host has one. */
export type HostImageKind = "auto" | "busybox" | "coreutils";

/** The name that the image gets unless another one is asked for. */
export const DEFAULT_HOST_REFERENCE = "host:latest";

const defaultChanges = [
  'CMD ["sh"]',
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
];

export interface HostImageRequest extends Pick<ImportRequest, "reference" | "message" | "changes"> {
  readonly kind: HostImageKind;
}

export interface HostImage extends CreatedImage {
  /** Programs that were left out, and why. */
  readonly notes: readonly string[];
}

/** Makes an image of the host's busybox, or of its shell and utilities with the libraries that they need. */
export async function importFromHost(
  store: Store,
  { kind, reference, message, changes }: HostImageRequest,
): Promise<HostImage> {
  const { archive, notes } = await hostArchive(new HostFiles(), kind);
  const created = await importImage(store, archive, {
    origin: "the host",
    reference: reference ?? DEFAULT_HOST_REFERENCE,
    message,
    changes: [...defaultChanges, ...changes],
  });
  return { ...created, notes };
}

/** The archive of such an image. Throws EngineError if the host does not have what it takes. */
export async function hostArchive(
  files: HostFiles,
  kind: HostImageKind,
): Promise<{ archive: ByteSource; notes: readonly string[] }> {
  const tree = new ImageTree(files);
  addSkeleton(tree);
  const busybox = kind === "coreutils" ? undefined : locate(files, "busybox");
  if (kind === "busybox" && busybox === undefined) {
    throw new EngineError("there is no busybox here");
  }
  const notes = busybox === undefined
    ? addUtilities(files, tree)
    : await addBusybox(files, tree, busybox);
  return { archive: archiveOf(tree, files), notes };
}

function locate(files: HostFiles, name: string): string | undefined {
  return programDirectories.map((directory) => `${directory}/${name}`)
    .find((path) => files.resolve(path) !== undefined);
}

async function addBusybox(files: HostFiles, tree: ImageTree, busybox: string): Promise<string[]> {
  const programs = new ProgramCollector(files, tree, HOST_MACHINE);
  if (!programs.add(busybox)) throw new EngineError(programs.notes[0]);
  addApplets(tree, busybox, await listApplets(busybox));
  return programs.notes;
}

function addUtilities(files: HostFiles, tree: ImageTree): string[] {
  const shellPaths = shells.flatMap((name) => locate(files, name) ?? []);
  const interpreters = new Set(shellPaths.map((path) => files.resolve(path)!.path));
  const programs = new ProgramCollector(files, tree, HOST_MACHINE, interpreters);
  const sh = locate(files, "sh");
  if (sh === undefined) throw new EngineError("there is no shell here");
  if (!programs.add(sh)) throw new EngineError(programs.notes[0]);
  for (const name of [...shells, ...utilities]) {
    const path = locate(files, name);
    if (path !== undefined && path !== sh) programs.add(path);
  }
  for (const name of nameServiceLibraries) programs.addLibrary(name);
  for (const path of terminfoFiles) tree.addFromHost(path);
  return programs.notes;
}
