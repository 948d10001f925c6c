/** Extended attributes: xattr(7). Values are bytes. */

import { cstring, decodeName } from "./cstring.ts";
import { check, isErrno } from "./errno.ts";
import { kernel } from "./kernel.ts";

let scratch = new Uint8Array(4096);

/** Calls with a buffer that grows until the result fits; a file system without attributes gives nothing. */
function fetch(call: (buffer: Uint8Array<ArrayBuffer>) => number, subject: string) {
  for (;;) {
    try {
      return scratch.subarray(0, check(call(scratch), "getxattr", subject));
    } catch (error) {
      if (isErrno(error, "EOPNOTSUPP", "ENODATA")) return undefined;
      if (!isErrno(error, "ERANGE") || scratch.length > 65536) throw error;
      scratch = new Uint8Array(scratch.length * 4);
    }
  }
}

function splitNames(list: Uint8Array | undefined): string[] {
  return list === undefined || list.length === 0
    ? []
    : decodeName(list.subarray(0, list.length - 1)).split("\0");
}

/** Names of the attributes of an open file. */
export function listAttributes(fd: number): string[] {
  return splitNames(fetch((buffer) => kernel.flistxattr(fd, buffer, BigInt(buffer.length)), ""));
}

export function getAttribute(fd: number, name: string): Uint8Array<ArrayBuffer> | undefined {
  const key = cstring(name);
  return fetch((buffer) => kernel.fgetxattr(fd, key, buffer, BigInt(buffer.length)), name)?.slice();
}

export function setAttribute(fd: number, name: string, value: Uint8Array<ArrayBuffer>): void {
  check(kernel.fsetxattr(fd, cstring(name), value, BigInt(value.length), 0), "setxattr", name);
}

/**
 * The same by path, for what cannot be opened: symbolic links and devices. The last component is not followed; the caller
 * sees to it that the way there is safe, for instance through /proc/self/fd/N/name.
 */
export function listAttributesOfPath(path: string): string[] {
  const bytes = cstring(path);
  return splitNames(
    fetch((buffer) => kernel.llistxattr(bytes, buffer, BigInt(buffer.length)), path),
  );
}

export function getAttributeOfPath(
  path: string,
  name: string,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = cstring(path), key = cstring(name);
  return fetch((buffer) => kernel.lgetxattr(bytes, key, buffer, BigInt(buffer.length)), path)
    ?.slice();
}

/** Whether the file system at a path can hold an attribute of this name. */
export function supportsAttribute(path: string, name: string): boolean {
  try {
    check(kernel.lgetxattr(cstring(path), cstring(name), scratch, 0n), "getxattr", path);
  } catch (error) {
    if (isErrno(error, "EOPNOTSUPP")) return false;
    if (!isErrno(error, "ENODATA")) throw error;
  }
  return true;
}

export function setAttributeOfPath(
  path: string,
  name: string,
  value: Uint8Array<ArrayBuffer>,
): void {
  check(
    kernel.lsetxattr(cstring(path), cstring(name), value, BigInt(value.length), 0),
    "setxattr",
    path,
  );
}
