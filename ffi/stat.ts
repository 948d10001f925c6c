/** statx(2) and fstatfs(2). */

import { AT, S } from "./constants.ts";
import { cstring } from "./cstring.ts";
import { check, isErrno, SystemError } from "./errno.ts";
import { type DirectoryFd, type Time } from "./file.ts";
import { kernel } from "./kernel.ts";

export interface Stat {
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly linkCount: number;
  readonly inode: bigint;
  /** Device that holds the file, and device that a device node stands for: [major, minor]. */
  readonly device: readonly [number, number];
  readonly nodeDevice: readonly [number, number];
  readonly accessed: Time;
  readonly modified: Time;
  readonly changed: Time;
}

const EINVAL = 22;
const STATX_BASIC_STATS = 0x7ff;
const buffer = new Uint8Array(256);
const view = new DataView(buffer.buffer);

/** What a name is; a symbolic link itself, unless `follow`. An empty name means the descriptor. */
export function statAt(directory: DirectoryFd, name: string, follow = false): Stat {
  const flags = AT.EMPTY_PATH | (follow ? 0 : AT.SYMLINK_NOFOLLOW);
  check(kernel.statx(directory, cstring(name), flags, STATX_BASIC_STATS, buffer), "stat", name);
  return {
    linkCount: view.getUint32(16, true),
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    mode: view.getUint16(28, true),
    inode: view.getBigUint64(32, true),
    size: Number(view.getBigUint64(40, true)),
    accessed: timeAt(64),
    changed: timeAt(96),
    modified: timeAt(112),
    nodeDevice: [view.getUint32(128, true), view.getUint32(132, true)],
    device: [view.getUint32(136, true), view.getUint32(140, true)],
  };
}

function timeAt(offset: number): Time {
  return {
    seconds: Number(view.getBigInt64(offset, true)),
    nanoseconds: view.getUint32(offset + 8, true),
  };
}

/** As statAt, with undefined for a name that does not exist. */
export function statIfExists(
  directory: DirectoryFd,
  name: string,
  follow = false,
): Stat | undefined {
  try {
    return statAt(directory, name, follow);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

export const isDirectory = (stat: Stat): boolean => (stat.mode & S.IFMT) === S.IFDIR;
export const isRegularFile = (stat: Stat): boolean => (stat.mode & S.IFMT) === S.IFREG;
export const isSymlink = (stat: Stat): boolean => (stat.mode & S.IFMT) === S.IFLNK;
export const isCharacterDevice = (stat: Stat): boolean => (stat.mode & S.IFMT) === S.IFCHR;
export const isDevice = (stat: Stat): boolean =>
  isCharacterDevice(stat) || (stat.mode & S.IFMT) === S.IFBLK;

/** A device number as mknod(2) takes it: 12 bits of major and 20 of minor (include/linux/kdev_t.h). EINVAL for larger ones. */
export function makeDevice(major: number, minor: number): number {
  if (major >= 1 << 12 || minor >= 1 << 20) {
    throw new SystemError("mknod", `${major}:${minor}`, EINVAL);
  }
  return ((minor & ~0xff) << 12 | major << 8 | minor & 0xff) >>> 0;
}

/** The magic number of the file system that holds a descriptor: statfs(2). */
export function fileSystemType(fd: number): number {
  const result = new Uint8Array(120);
  check(kernel.fstatfs(fd, result), "statfs");
  return new DataView(result.buffer).getUint32(0, true);
}

const STATX_MNT_ID = 0x1000;

/** The mount that a descriptor was opened through: an id that is the host's for as long as the mount lives. Linux 5.8. */
export function mountIdOf(fd: number): bigint {
  check(kernel.statx(fd, cstring(""), AT.EMPTY_PATH, STATX_MNT_ID, buffer), "stat");
  return view.getBigUint64(144, true);
}

/** Whether nothing can be written through this descriptor: its mount is read-only, or the file system is (statvfs(3)). */
export function isReadonlyMount(fd: number): boolean {
  const ST_RDONLY = 1, result = new Uint8Array(120);
  check(kernel.fstatfs(fd, result), "statfs");
  return (new DataView(result.buffer).getUint32(80, true) & ST_RDONLY) !== 0;
}
