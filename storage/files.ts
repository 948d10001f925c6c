/** Small files of the store: read whole, written by rename, so that a reader sees the old bytes or the new, never half. */

import { AT, O } from "../ffi/constants.ts";
import { isErrno } from "../ffi/errno.ts";
import {
  close,
  makeDirectory,
  openAt,
  readFileIfExists,
  rename,
  syncFile,
  unlink,
  writeAll,
} from "../ffi/file.ts";
import { SystemError } from "../ffi/errno.ts";
import { CorruptStoreError } from "./errors.ts";

/** No metadata file of a store is larger than this; what is, is not ours. Bytes. */
const METADATA_LIMIT = 64 << 20;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The bytes of a file, or undefined if it does not exist. */
export function readBytesIfExists(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return readFileIfExists(AT.FDCWD, path, METADATA_LIMIT);
  } catch (error) {
    const isUnnamed = error instanceof SystemError && error.subject === "";
    throw isUnnamed ? new SystemError("read", path, error.errno) : error;
  }
}

/** The text of a file, or undefined if it does not exist. */
export function readTextIfExists(path: string): string | undefined {
  const bytes = readBytesIfExists(path);
  return bytes && decoder.decode(bytes);
}

/** The JSON object in a file, or undefined if it does not exist. */
export function readJsonIfExists<T extends object>(path: string): T | undefined {
  const text = readTextIfExists(path);
  if (text === undefined) return undefined;
  return parseJsonObject<T>(text, path);
}

/** Parses a JSON object that came from `path`, which the error names. */
export function parseJsonObject<T extends object>(text: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CorruptStoreError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CorruptStoreError(`${path} does not hold a JSON object`);
  }
  return value as T;
}

export interface WriteOptions {
  /** Permission bits. */
  mode: number;
  /** Wait until the bytes are on the disk before the file appears: for what must survive a power cut. */
  durable?: boolean;
}

/** Writes a file that nobody else looks at yet; removes it if it cannot be completed. */
export function writeNewFile(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
  options: WriteOptions,
): void {
  const fd = openAt(AT.FDCWD, path, O.WRONLY | O.CREAT | O.TRUNC, options.mode);
  try {
    writeAll(fd, typeof content === "string" ? encoder.encode(content) : content);
    if (options.durable) syncFile(fd);
  } catch (error) {
    unlink(AT.FDCWD, path); // half a file is of no use, and the disk may be full
    throw error instanceof SystemError
      ? new SystemError(error.operation, path, error.errno)
      : error;
  } finally {
    close(fd);
  }
}

/**
 * Replaces a file by rename. The temporary name next to it is always the same, so a crash leaves at most one, and the
 * next writer overwrites it; the caller holds the lock that makes it the only writer.
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
  options: WriteOptions,
): void {
  const slash = path.lastIndexOf("/");
  const temporary = `${path.slice(0, slash)}/.tmp-${path.slice(slash + 1)}`;
  writeNewFile(temporary, content, options);
  rename(AT.FDCWD, temporary, AT.FDCWD, path);
}

/** Removes a file, if it is there. */
export function unlinkIfExists(path: string): void {
  try {
    unlink(AT.FDCWD, path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** Makes a directory unless it exists. */
export function ensureDirectory(path: string, mode: number): void {
  try {
    makeDirectory(AT.FDCWD, path, mode);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}
