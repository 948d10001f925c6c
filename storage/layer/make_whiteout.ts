/** What a layer hides of those below it, written into its directory. */

import { O, S } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, type DirectoryFd, makeNode, openAt } from "../../ffi/file.ts";
import { isDirectory, statAt } from "../../ffi/stat.ts";
import { setAttributeOfPath } from "../../ffi/xattr.ts";
import { OPAQUE_VALUE, opaqueAttribute, parseWhiteout } from "./whiteout.ts";

/**
 * Writes what an archive's entry of this name hides: as overlayfs understands it, or as an empty file of the entry's name. False
 * for an entry that is no whiteout.
 */
export function hideWhat(
  directory: DirectoryFd,
  base: string,
  form: "overlay" | "archive",
): boolean {
  const whiteout = parseWhiteout(base), { kind } = whiteout;
  if (form === "archive" && (kind === "opaque" || kind === "removed")) makeMarker(directory, base);
  else if (kind === "opaque") makeOpaque(directory, ".");
  else if (kind === "removed") makeWhiteout(directory, whiteout.name);
  return kind !== "none";
}

/** Says by a file of the archive's name what a layer hides. */
function makeMarker(directory: DirectoryFd, base: string): void {
  close(openAt(directory, base, O.WRONLY | O.CREAT | O.NOFOLLOW, 0o600));
}

/** Marks a directory as hiding what the layers below have in its place. */
export function makeOpaque(directory: DirectoryFd, base: string): void {
  setAttributeOfPath(`/proc/self/fd/${directory}/${base}`, opaqueAttribute(), OPAQUE_VALUE);
}

/**
 * Hides a name of the layers below. What this very layer has there stays (OCI image spec: whiteouts only apply to lower
 * layers); a file hides the lower one anyway, a directory is made to.
 */
function makeWhiteout(directory: DirectoryFd, name: string): void {
  try {
    makeNode(directory, name, S.IFCHR, 0);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    if (isDirectory(statAt(directory, name))) makeOpaque(directory, name);
  }
}
