/** Owner, mode, times and extended attributes of what an archive unpacks, and which attributes go into one. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import {
  changeMode,
  changeModeOfFd,
  type DirectoryFd,
  openAt,
  setTimes,
  setTimesOfFd,
  withFd,
} from "../../ffi/file.ts";
import { getAttribute, listAttributes, setAttribute, setAttributeOfPath } from "../../ffi/xattr.ts";
import type { TarHeader } from "./tar/header.ts";
import { giveOwner, giveOwnerOfFd, OWNER_ATTRIBUTE } from "../owner.ts";

/** Who is to own what is unpacked, instead of who the archive says. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Extended attributes by name. */
export type Attributes = Map<string, Uint8Array<ArrayBuffer>>;

/**
 * Attributes by which overlayfs itself is steered: in an archive they would be an attack (redirects into other layers). So would
 * box's own, which says who owns a file.
 */
function isReserved(name: string): boolean {
  return name.startsWith("trusted.overlay.") || name.startsWith("user.overlay.") ||
    name === OWNER_ATTRIBUTE;
}

/**
 * Whether a layer's archive keeps this attribute. docker keeps security.capability; user's own are kept as well, so that
 * commit, save and load lose nothing. Labels, ACLs and trusted.* belong to the host.
 */
export function isArchivedAttribute(name: string): boolean {
  return name === "security.capability" ||
    (name.startsWith("user.") && !isReserved(name));
}

/** Those of an open file's attributes that an archive keeps; undefined if there are none. */
export function readAttributes(fd: number): Attributes | undefined {
  let attributes: Attributes | undefined;
  for (const name of listAttributes(fd)) {
    if (!isArchivedAttribute(name)) continue;
    const value = getAttribute(fd, name);
    if (value !== undefined) (attributes ??= new Map()).set(name, value);
  }
  return attributes;
}

/** What the file system does not support, or does not permit in a user namespace, is left out, as by docker. */
function setAttributes(
  attributes: Attributes,
  set: (name: string, value: Uint8Array<ArrayBuffer>) => void,
) {
  for (const [name, value] of attributes) {
    if (isReserved(name)) continue;
    try {
      set(name, value);
    } catch (error) {
      if (!isErrno(error, "EOPNOTSUPP", "EPERM")) throw error;
    }
  }
}

export function setAttributesOfFd(fd: number, attributes: Attributes): void {
  setAttributes(attributes, (name, value) => setAttribute(fd, name, value));
}

/**
 * Gives an open file or directory what the header says. The owner comes first, because changing it takes away setuid and
 * security.capability; the mode after the attributes, because a file that is not writable takes none from its owner. A
 * directory gets its times later: what is put into it changes them.
 */
export function applyToFd(fd: number, header: TarHeader, owner: Owner): void {
  giveOwnerOfFd(fd, owner.uid, owner.gid);
  if (header.attributes) setAttributesOfFd(fd, header.attributes);
  changeModeOfFd(fd, header.mode & 0o7777);
  if (header.type !== "directory") {
    setTimesOfFd(fd, header.accessed ?? header.modified, header.modified);
  }
}

/** The same for what cannot be opened, or has effects when it is: symbolic links, devices, FIFOs. Never follows a link. */
export function applyToName(
  directory: DirectoryFd,
  name: string,
  header: Pick<TarHeader, "type" | "mode" | "accessed" | "modified" | "attributes">,
  owner: Owner,
): void {
  giveOwner(directory, name, owner.uid, owner.gid);
  if (header.attributes) {
    const path = `/proc/self/fd/${directory}/${name}`;
    setAttributes(header.attributes, (key, value) => setAttributeOfPath(path, key, value));
  }
  if (header.type !== "symlink") {
    // fchmodat(2) follows links, and in a live container the name may have become one by now.
    withFd(openAt(directory, name, O.PATH | O.NOFOLLOW), (fd) => {
      changeMode(AT.FDCWD, `/proc/self/fd/${fd}`, header.mode & 0o7777);
    });
  }
  setTimes(directory, name, header.accessed ?? header.modified, header.modified);
}
