/** overlay2/<id>: the directories that the kernel mounts, laid out as docker's overlay2 driver does. */

import { AT } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import { makeDirectory, makeSymlink } from "../../ffi/file.ts";
import { CorruptStoreError } from "../errors.ts";
import { ensureDirectory, readTextIfExists, unlinkIfExists, writeNewFile } from "../files.ts";
import { randomLinkName } from "../id.ts";
import type { Store } from "../store.ts";

/** Makes overlay2/<id>/diff with its short name overlay2/l/<link>. */
export function createOverlay(store: Store, id: string): void {
  const path = `${store.overlays}/${id}`, link = randomLinkName();
  makeDirectory(AT.FDCWD, path, 0o710);
  writeNewFile(`${path}/link`, link, { mode: 0o644 });
  makeSymlink(`../${id}/diff`, AT.FDCWD, `${store.overlays}/l/${link}`);
  makeDirectory(AT.FDCWD, `${path}/diff`, 0o755);
}

/** Puts an overlay on top of another: its `lower` file, and the work directory that overlayfs wants. */
export function stackOverlay(store: Store, id: string, parentId: string): void {
  const path = `${store.overlays}/${id}`;
  writeNewFile(`${path}/lower`, lowerForChildrenOf(store, parentId), { mode: 0o644 });
  ensureDirectory(`${path}/work`, 0o700);
}

/** Takes an overlay off what it was put on, and away what the kernel kept in its work directory. */
export function unstackOverlay(store: Store, id: string): void {
  const path = `${store.overlays}/${id}`;
  unlinkIfExists(`${path}/lower`);
  removeTree(AT.FDCWD, `${path}/work`);
}

/** Marks an overlay's diff as complete. */
export function markCommitted(store: Store, id: string): void {
  writeNewFile(`${store.overlays}/${id}/committed`, "", { mode: 0o600 });
}

/** The short names of an overlay's lower directories, topmost first: `l/ABC`. */
export function lowerLinks(store: Store, id: string): string[] {
  const lower = readTextIfExists(`${store.overlays}/${id}/lower`);
  return lower ? lower.split(":") : [];
}

/** Paths of the directories that together make up what an overlay shows, topmost first. */
export function diffDirectories(store: Store, id: string): string[] {
  return [
    `${store.overlays}/${id}/diff`,
    ...lowerLinks(store, id).map((link) => `${store.overlays}/${link}`),
  ];
}

function lowerForChildrenOf(store: Store, parentId: string): string {
  const link = readTextIfExists(`${store.overlays}/${parentId}/link`);
  if (!link) throw new CorruptStoreError(`${store.overlays}/${parentId}/link is missing or empty`);
  return [`l/${link}`, ...lowerLinks(store, parentId)].join(":");
}

/** Removes overlay2/<id> and its short name. What is not there is no error. */
export function removeOverlay(store: Store, id: string): void {
  const path = `${store.overlays}/${id}`;
  const link = readTextIfExists(`${path}/link`);
  if (link && /^[A-Z0-9]{26}$/.test(link)) unlinkIfExists(`${store.overlays}/l/${link}`);
  removeTree(AT.FDCWD, path);
}
