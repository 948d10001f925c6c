/** Files by descriptor and name: thin, typed wrappers that throw SystemError. */

import { AT, F_DUPFD_CLOEXEC, LOCK, O } from "./constants.ts";
import { cstring, decodeName } from "./cstring.ts";
import { check, errnoName, SystemError } from "./errno.ts";
import { kernel, kernelInPool, readWholeFile } from "./kernel.ts";

/** A descriptor that a directory-relative call starts from; AT.FDCWD for the working directory. */
export type DirectoryFd = number;

/** openat(2); close-on-exec always. */
export function openAt(directory: DirectoryFd, name: string, flags: number, mode = 0): number {
  return check(kernel.openat(directory, cstring(name), flags | O.CLOEXEC, mode), "open", name);
}

function openIfExists(directory: DirectoryFd, name: string): number | undefined {
  const fd = kernel.openat(directory, cstring(name), O.RDONLY | O.CLOEXEC, 0);
  return isMissing(fd) ? undefined : check(fd, "open", name);
}

/** Whether a result says so: looking at it costs less than an error that is caught. */
function isMissing(result: number): boolean {
  return result < 0 && ["ENOENT", "ENOTDIR"].includes(errnoName(-result));
}

const openHow = new BigUint64Array(3);

/**
 * openat2(2): like openAt, with the RESOLVE flags that say where the path may lead. Close-on-exec always.
 * Linux 5.6; EAGAIN (a concurrent rename) is tried again, as the man page asks.
 */
export function openAt2(
  directory: DirectoryFd,
  name: string,
  flags: number,
  resolve: number,
  mode = 0,
): number {
  openHow[0] = BigInt(flags | O.CLOEXEC);
  openHow[1] = BigInt(mode);
  openHow[2] = BigInt(resolve);
  const path = cstring(name), how = new Uint8Array(openHow.buffer);
  for (let attempt = 0;; attempt++) {
    const fd = kernel.openat2(directory, path, how, 24n);
    if (fd >= 0) return fd;
    if (errnoName(-fd) !== "EAGAIN" || attempt === 100) throw new SystemError("open", name, -fd);
  }
}

export function close(fd: number): void {
  kernel.close(fd);
}

/** Another descriptor for the same open file, close-on-exec. */
export function duplicate(fd: number): number {
  return check(kernel.fcntl(fd, F_DUPFD_CLOEXEC, 0), "duplicate descriptor", String(fd));
}

/** Runs a function with a descriptor and closes it afterwards, whatever happens. */
export function withFd<T>(fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    kernel.close(fd);
  }
}

/** read(2), tried again when a signal interrupts it; 0 at the end of the file. */
export function read(fd: number, buffer: Uint8Array<ArrayBuffer>): number {
  return retry(() => kernel.read(fd, buffer, BigInt(buffer.length)), "read");
}

/** The same on a thread of the pool, for what has to be waited for. */
export async function readInPool(fd: number, buffer: Uint8Array<ArrayBuffer>): Promise<number> {
  for (;;) {
    const result = await kernelInPool.read(fd, buffer, BigInt(buffer.length));
    if (errnoName(-result) !== "EINTR") return check(result, "read");
  }
}

export function pread(fd: number, buffer: Uint8Array<ArrayBuffer>, position: number): number {
  return retry(() => kernel.pread64(fd, buffer, BigInt(buffer.length), BigInt(position)), "read");
}

/** Writes all of it at this place of a file, in one call. */
export function pwrite(fd: number, bytes: Uint8Array<ArrayBuffer>, position: number): void {
  retry(() => kernel.pwrite64(fd, bytes, BigInt(bytes.length), BigInt(position)), "write");
}

/** Writes all of it, however many calls that takes. */
export function writeAll(fd: number, bytes: Uint8Array<ArrayBuffer>): void {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(retry(() => kernel.write(fd, rest, BigInt(rest.length)), "write"));
  }
}

function retry(call: () => number, operation: string): number {
  for (;;) {
    const result = call();
    if (result >= 0) return result;
    if (errnoName(-result) !== "EINTR") throw new SystemError(operation, "", -result);
  }
}

/** Where files are read into first: most are smaller, and a store may have thousands. */
const scratch = new Uint8Array(16384);

/** Reads a file that must be small: at most `limit` bytes, or EFBIG. */
export function readSmallFile(fd: number, limit: number): Uint8Array<ArrayBuffer> {
  let bytes = scratch, length = 0;
  for (;;) {
    const got = read(fd, length === 0 ? bytes : bytes.subarray(length));
    if (got === 0) return bytes.slice(0, length);
    length += got;
    if (length > limit) throw new SystemError("read", "", 27);
    if (length === bytes.length) {
      const larger = new Uint8Array(Math.min(limit + 1, bytes.length * 4));
      larger.set(bytes);
      bytes = larger;
    }
  }
}

/** As readSmallFile, for a name; undefined if it does not exist. */
export function readFileIfExists(
  directory: DirectoryFd,
  name: string,
  limit: number,
): Uint8Array<ArrayBuffer> | undefined {
  const length = readWholeFile(directory, cstring(name), scratch);
  if (length >= 0 && length < scratch.length) return scratch.slice(0, length);
  if (isMissing(length)) return undefined;
  // Longer, or interrupted; or something is wrong with it, which will show again.
  const fd = openIfExists(directory, name);
  return fd === undefined ? undefined : withFd(fd, () => readSmallFile(fd, limit));
}

export function makeDirectory(directory: DirectoryFd, name: string, mode: number): void {
  check(kernel.mkdirat(directory, cstring(name), mode), "mkdir", name);
}

/** mknod(2); `device` as made by makeDevice(). */
export function makeNode(directory: DirectoryFd, name: string, mode: number, device: number): void {
  check(kernel.mknodat(directory, cstring(name), mode, device), "mknod", name);
}

export function makeSymlink(target: string, directory: DirectoryFd, name: string): void {
  check(kernel.symlinkat(cstring(target), directory, cstring(name)), "symlink", name);
}

/** A hard link; a symbolic link is linked itself, not followed. */
export function makeLink(
  fromDirectory: DirectoryFd,
  from: string,
  directory: DirectoryFd,
  name: string,
): void {
  check(kernel.linkat(fromDirectory, cstring(from), directory, cstring(name), 0), "link", name);
}

export function unlink(directory: DirectoryFd, name: string): void {
  check(kernel.unlinkat(directory, cstring(name), 0), "unlink", name);
}

export function removeDirectory(directory: DirectoryFd, name: string): void {
  check(kernel.unlinkat(directory, cstring(name), AT.REMOVEDIR), "rmdir", name);
}

/** Removes a name that is no directory; returns the name of the error, if there is one: where one is to be expected. */
export function tryUnlink(directory: DirectoryFd, name: string): string | undefined {
  const result = kernel.unlinkat(directory, cstring(name), 0);
  return result < 0 ? errnoName(-result) : undefined;
}

/** Removes a directory; returns the name of the error, if there is one: for those of which most do not exist. */
export function tryRemoveDirectory(directory: DirectoryFd, name: string): string | undefined {
  const result = kernel.unlinkat(directory, cstring(name), AT.REMOVEDIR);
  return result < 0 ? errnoName(-result) : undefined;
}

export function rename(
  fromDirectory: DirectoryFd,
  from: string,
  directory: DirectoryFd,
  to: string,
): void {
  check(kernel.renameat(fromDirectory, cstring(from), directory, cstring(to)), "rename", from);
}

export function readLink(directory: DirectoryFd, name: string): string {
  const buffer = new Uint8Array(4096);
  const length = kernel.readlinkat(directory, cstring(name), buffer, BigInt(buffer.length));
  return decodeName(buffer.subarray(0, check(length, "readlink", name)));
}

/** Sets the owner of the name itself, never of what a symbolic link points to. */
export function changeOwner(directory: DirectoryFd, name: string, uid: number, gid: number): void {
  check(kernel.fchownat(directory, cstring(name), uid, gid, AT.SYMLINK_NOFOLLOW), "chown", name);
}

export function changeOwnerOfFd(fd: number, uid: number, gid: number): void {
  check(kernel.fchown(fd, uid, gid), "chown");
}

export function changeModeOfFd(fd: number, mode: number): void {
  check(kernel.fchmod(fd, mode), "chmod");
}

/** Cuts a file, or lengthens it with a hole, to this many bytes. */
export function setSizeOfFd(fd: number, size: number): void {
  check(kernel.ftruncate(fd, BigInt(size)), "truncate");
}

/** Moves the place where the next read or write begins to this offset from the start. */
export function seek(fd: number, offset: number): void {
  check(Number(kernel.lseek(fd, BigInt(offset), 0)), "seek");
}

/** Sets the mode of a name that is known not to be a symbolic link. */
export function changeMode(directory: DirectoryFd, name: string, mode: number): void {
  check(kernel.fchmodat(directory, cstring(name), mode), "chmod", name);
}

/** Seconds and nanoseconds since the epoch; seconds may be negative. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const timespecs = new BigInt64Array(4);
const timespecBytes = new Uint8Array(timespecs.buffer);

function setTimespecs(accessed: Time, modified: Time): Uint8Array<ArrayBuffer> {
  timespecs[0] = BigInt(accessed.seconds);
  timespecs[1] = BigInt(accessed.nanoseconds);
  timespecs[2] = BigInt(modified.seconds);
  timespecs[3] = BigInt(modified.nanoseconds);
  return timespecBytes;
}

/** Sets the times of the name itself, never of what a symbolic link points to. */
export function setTimes(
  directory: DirectoryFd,
  name: string,
  accessed: Time,
  modified: Time,
): void {
  const times = setTimespecs(accessed, modified);
  check(
    kernel.utimensat(directory, cstring(name), times, AT.SYMLINK_NOFOLLOW),
    "utimensat",
    name,
  );
}

export function setTimesOfFd(fd: number, accessed: Time, modified: Time): void {
  check(kernel.utimensat(fd, null, setTimespecs(accessed, modified), 0), "utimensat");
}

/** Takes a lock on an open file or directory; the kernel drops it with the last copy of the descriptor. */
export function lock(fd: number, mode: "shared" | "exclusive"): void {
  retry(() => kernel.flock(fd, mode === "shared" ? LOCK.SH : LOCK.EX), "flock");
}

/** Takes an exclusive lock if nobody holds one. */
export function tryLock(fd: number): boolean {
  return kernel.flock(fd, LOCK.EX | LOCK.NB) === 0;
}

/** Waits until what was written to the file is on the disk. */
export function syncFile(fd: number): void {
  check(kernel.fsync(fd), "fsync");
}

/** Waits until everything written to the file system that holds this descriptor is on the disk. */
export function syncFileSystem(fd: number): void {
  check(kernel.syncfs(fd), "syncfs");
}

/** The same on a thread of the pool. */
export async function syncFileSystemInPool(fd: number): Promise<void> {
  check(await kernelInPool.syncfs(fd), "syncfs");
}

/** A pipe whose ends are close-on-exec: [read end, write end]. */
export function makePipe(): [number, number] {
  const ends = new Int32Array(2);
  check(kernel.pipe2(new Uint8Array(ends.buffer), O.CLOEXEC), "pipe");
  return [ends[0], ends[1]];
}
