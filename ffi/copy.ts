/** Copying the content of a file: shared by the file system where it can, by the kernel where that cannot, and read and written else. */

import { check, isErrno } from "./errno.ts";
import { read, seek, setSizeOfFd, writeAll } from "./file.ts";
import { kernel } from "./kernel.ts";

/** _IOW(0x94, 9, int): ioctl_ficlone(2). */
const FICLONE = 0x40049409;
const SEEK_DATA = 3, SEEK_HOLE = 4;
/** Bytes of one call: less than what an i32 holds. */
const STEP = 1 << 30;

/** What a file system has refused once is not asked of it again. */
let cloneIsRefused = false, copyIsRefused = false;

/** Fills an empty file with what another holds, `size` bytes with their holes. */
export function copyContent(from: number, to: number, size: number): void {
  if (size === 0 || clone(from, to)) return;
  for (let at = 0; at < size;) {
    const data = seekFor(from, at, SEEK_DATA);
    if (data === undefined) break;
    const end = Math.min(size, seekFor(from, data, SEEK_HOLE) ?? size);
    seek(from, data);
    seek(to, data);
    copyRange(from, to, end - data);
    at = end;
  }
  setSizeOfFd(to, size);
}

/** btrfs, xfs: both files have the same extents, until one of them is written to. */
function clone(from: number, to: number): boolean {
  if (cloneIsRefused) return false;
  const result = kernel.ioctl_number(to, FICLONE, BigInt(from));
  cloneIsRefused = result < 0;
  return !cloneIsRefused;
}

/** Where the next data or hole begins; undefined if there is none. A file system without holes has data everywhere. */
function seekFor(fd: number, offset: number, whence: number): number | undefined {
  const found = Number(kernel.lseek(fd, BigInt(offset), whence));
  if (found >= 0) return found;
  try {
    return check(found, "seek");
  } catch (error) {
    if (isErrno(error, "ENXIO")) return undefined;
    if (!isErrno(error, "EINVAL")) throw error;
    return whence === SEEK_DATA ? offset : undefined;
  }
}

const buffer = new Uint8Array(1 << 18);

function copyRange(from: number, to: number, length: number): void {
  for (let left = length; left > 0;) {
    const moved = copyIsRefused ? -1 : kernel.copy_file_range(
      from,
      null,
      to,
      null,
      BigInt(Math.min(left, STEP)),
      0,
    );
    if (moved === 0) return; // it has become shorter
    if (moved > 0) left -= moved;
    else {
      copyIsRefused = true;
      const got = read(from, buffer.subarray(0, Math.min(left, buffer.length)));
      if (got === 0) return;
      writeAll(to, buffer.subarray(0, got));
      left -= got;
    }
  }
}
