/** Writing a result into a file that the user names: all of it or nothing. */

import { AT, O } from "../ffi/constants.ts";
import { isErrno, SystemError } from "../ffi/errno.ts";
import { close, openAt, rename, unlink, writeAll } from "../ffi/file.ts";
import {
  isCharacterDevice,
  isDirectory,
  isRegularFile,
  type Stat,
  statIfExists,
} from "../ffi/stat.ts";
import { CliError } from "./cli/errors.ts";

type Sink = (bytes: Uint8Array<ArrayBuffer>) => void;

/**
 * Lets `write` fill a new file next to `path`, only readable for its owner, which takes that name when it is complete.
 * `purpose` is what the error for a bad path says: "failed to save image: ...".
 */
export async function writeOutputFile(
  path: string,
  purpose: string,
  write: (sink: Sink) => Promise<void>,
): Promise<void> {
  const problem = problemWith(path);
  if (problem !== undefined) {
    throw new CliError(`failed to ${purpose}: invalid output path: ${problem}`);
  }
  const temporary = `${directoryOf(path)}/.box_temp_${crypto.randomUUID()}`;
  const fd = attempt(() => openAt(AT.FDCWD, temporary, O.WRONLY | O.CREAT | O.EXCL, 0o600));
  try {
    await write((bytes) => attempt(() => writeAll(fd, bytes)));
    attempt(() => rename(AT.FDCWD, temporary, AT.FDCWD, path));
  } catch (error) {
    unlink(AT.FDCWD, temporary);
    throw error;
  } finally {
    close(fd);
  }
}

/** Why nothing can be written there, in docker's words where it has some. */
function problemWith(path: string): string | undefined {
  const directory = directoryOf(path);
  if (stat(directory) === undefined) return `directory ${quoted(directory)} does not exist`;
  const existing = stat(path);
  if (existing === undefined || isRegularFile(existing)) return undefined;
  if (isDirectory(existing)) return `${quoted(path)} is a directory`;
  const kind = isCharacterDevice(existing) ? ": got a device" : "";
  return `${quoted(path)} must be a directory or a regular file${kind}`;
}

function stat(path: string): Stat | undefined {
  try {
    return statIfExists(AT.FDCWD, path, true);
  } catch (error) {
    throw isErrno(error, "EACCES") ? new CliError(error.plainMessage) : error;
  }
}

function directoryOf(path: string): string {
  const slash = path.replace(/\/+$/, "").lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}

const quoted = (path: string) => JSON.stringify(path);

/** Runs system calls on what the user named, whose errors are the user's business. */
function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof SystemError ? new CliError(error.plainMessage) : error;
  }
}
