/** The file system that a store lies on, as far as it matters for overlays. */

import { AT, O } from "../../ffi/constants.ts";
import { DT, readEntries } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { openAt, withFd } from "../../ffi/file.ts";
import { fileSystemType } from "../../ffi/stat.ts";
import { nearestExisting } from "../nearest_existing.ts";

/** Magic numbers of statfs(2), with docker's names. */
const names: Record<number, string> = {
  0x6969: "nfs",
  0xef53: "extfs",
  0xf15f: "ecryptfs",
  0x01021994: "tmpfs",
  0x2fc12fc1: "zfs",
  0x3153464a: "jfs",
  0x52654973: "reiserfs",
  0x58465342: "xfs",
  0x65735546: "fusefs",
  0x73717368: "squashfs",
  0x794c7630: "overlayfs",
  0x858458f6: "ramfs",
  0x9123683e: "btrfs",
  0xf2f52010: "f2fs",
};

export interface BackingFileSystem {
  readonly name: string;
  /** Whether directories tell the types of their entries, which overlayfs needs; undefined if it cannot be seen. */
  readonly hasEntryTypes: boolean | undefined;
}

/** Looks at the store's directory, or at the one in which it would be made. Nothing is written. */
export function describeBackingFileSystem(root: string): BackingFileSystem {
  const path = nearestExisting(root);
  const type = withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), fileSystemType);
  return { name: names[type] ?? `0x${type.toString(16)}`, hasEntryTypes: tellsEntryTypes(path) };
}

function tellsEntryTypes(path: string): boolean | undefined {
  let fd: number;
  try {
    fd = openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
  } catch (error) {
    if (isErrno(error, "EACCES")) return undefined;
    throw error;
  }
  const entries = withFd(fd, readEntries);
  return entries.length === 0 ? undefined : entries.some(({ type }) => type !== DT.UNKNOWN);
}
