/**
 * Owners of files in a user namespace that does not have all ids: what cannot be given on the disk is noted in an extended
 * attribute, in the form that podman and fuse-overlayfs use, and comes back when the files become an archive.
 */

import { AT, S } from "../ffi/constants.ts";
import { isErrno } from "../ffi/errno.ts";
import { changeOwner, changeOwnerOfFd, type DirectoryFd } from "../ffi/file.ts";
import { isMappedHere } from "../ffi/idmap.ts";
import { isInUserNamespace } from "../ffi/privilege.ts";
import { type Stat, statAt } from "../ffi/stat.ts";
import { getAttribute, setAttribute, setAttributeOfPath } from "../ffi/xattr.ts";

/** `UID:GID:0MODE`. No archive says this of a file, nor is it put into one. */
export const OWNER_ATTRIBUTE = "user.containers.override_stat";

/** chown(2) takes it for "as before". */
const NO_ID = 2 ** 32 - 1;

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Gives an open file its owner. */
export function giveOwnerOfFd(fd: number, uid: number, gid: number): void {
  try {
    changeOwnerOfFd(fd, uid, gid);
  } catch (error) {
    if (!isUnmapped(error)) throw error;
    const possible = possibleOwner({ uid, gid });
    changeOwnerOfFd(fd, possible.uid, possible.gid);
    const { mode } = statAt(fd, "");
    if (canBeNoted(mode)) setAttribute(fd, OWNER_ATTRIBUTE, describe({ uid, gid }, mode));
  }
}

/** Gives a name its owner, never what a symbolic link points to. Links, devices and pipes cannot be noted down. */
export function giveOwner(directory: DirectoryFd, name: string, uid: number, gid: number): void {
  try {
    changeOwner(directory, name, uid, gid);
  } catch (error) {
    if (!isUnmapped(error)) throw error;
    const possible = possibleOwner({ uid, gid });
    changeOwner(directory, name, possible.uid, possible.gid);
    const { mode } = statAt(directory, name);
    if (!canBeNoted(mode)) return;
    const path = directory === AT.FDCWD ? name : `/proc/self/fd/${directory}/${name}`;
    setAttributeOfPath(path, OWNER_ATTRIBUTE, describe({ uid, gid }, mode));
  }
}

/**
 * Who owns a file according to its attribute. That only counts for ids that this namespace does not have: whoever
 * is in a container, and can write the attribute, could not become them otherwise.
 */
export function notedOwner(stat: Stat, attribute: Uint8Array): Owner {
  const [, uid, gid] = /^([0-9]{1,10}):([0-9]{1,10}):/
    .exec(new TextDecoder().decode(attribute)) ?? [];
  if (uid === undefined) return stat;
  const choose = (kind: "uid" | "gid", noted: number, own: number) =>
    noted < NO_ID && !isMappedHere(kind, noted) ? noted : own;
  return { uid: choose("uid", Number(uid), stat.uid), gid: choose("gid", Number(gid), stat.gid) };
}

/** What an open file is, with the owner that is noted of it. */
export function withNotedOwner(fd: number, stat: Stat): Stat {
  if (!isInUserNamespace()) return stat;
  const attribute = getAttribute(fd, OWNER_ATTRIBUTE);
  return attribute === undefined ? stat : { ...stat, ...notedOwner(stat, attribute) };
}

/** user_namespaces(7): chown(2) to an id that has no meaning here. */
function isUnmapped(error: unknown): boolean {
  return isErrno(error, "EINVAL") && isInUserNamespace();
}

function canBeNoted(mode: number): boolean {
  const type = mode & S.IFMT;
  return type === S.IFREG || type === S.IFDIR; // xattr(7): no others have user attributes
}

function describe({ uid, gid }: Owner, mode: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${uid}:${gid}:0${(mode & 0o7777).toString(8)}`);
}

/** Of an owner what this namespace has; root for what it has not. */
function possibleOwner({ uid, gid }: Owner): Owner {
  return { uid: isMappedHere("uid", uid) ? uid : 0, gid: isMappedHere("gid", gid) ? gid : 0 };
}
