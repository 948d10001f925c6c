/**
 * How a layer says that something of the layers below is gone: as files with special names in an archive (OCI image spec,
 * "Representing Changes"), as a device or an attribute on the disk (kernel, Documentation/filesystems/overlayfs.rst).
 */

import { isCharacterDevice, type Stat } from "../../ffi/stat.ts";
import { overlayAttributes } from "../overlay2/user_attributes.ts";
import { ArchiveError } from "./archive_error.ts";

/** A file of this name, followed by NAME, hides NAME. */
export const WHITEOUT_PREFIX = ".wh.";

/** In a directory, hides everything that the layers below have in it. */
export const OPAQUE_MARKER = ".wh..wh..opq";

/** What aufs kept for itself; means nothing to anybody else. */
const AUFS_PREFIX = ".wh..wh.";

/** Marks a directory that hides what is below it, with the value `y`. */
export function opaqueAttribute(): string {
  return `${overlayAttributes()}.overlay.opaque`;
}

export const OPAQUE_VALUE: Uint8Array<ArrayBuffer> = new TextEncoder().encode("y");

/** What the last component of an archive's name says. */
export type Whiteout =
  | { readonly kind: "none" | "opaque" | "aufs" }
  | { readonly kind: "removed"; readonly name: string };

const NONE: Whiteout = { kind: "none" };

export function parseWhiteout(base: string): Whiteout {
  if (!base.startsWith(WHITEOUT_PREFIX)) return NONE;
  if (base === OPAQUE_MARKER) return { kind: "opaque" };
  if (base.startsWith(AUFS_PREFIX)) return { kind: "aufs" };
  const name = base.slice(WHITEOUT_PREFIX.length);
  if (name === "" || name === "." || name === "..") {
    throw new ArchiveError(`invalid whiteout ${JSON.stringify(base)}`);
  }
  return { kind: "removed", name };
}

/** Whether this is overlayfs's form of a whiteout: the character device 0:0. */
export function isWhiteout(stat: Stat): boolean {
  return isCharacterDevice(stat) && stat.nodeDevice[0] === 0 && stat.nodeDevice[1] === 0;
}
