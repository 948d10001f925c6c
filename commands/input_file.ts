/** Files that the user names as input. */

import { AT, O } from "../ffi/constants.ts";
import { SystemError } from "../ffi/errno.ts";
import { close, openAt } from "../ffi/file.ts";
import { isDirectory, statAt } from "../ffi/stat.ts";
import { CliError } from "./cli/errors.ts";

/** Opens a file to be read, for the caller to close; errors are in docker's words. */
export function openInputFile(path: string): number {
  let fd: number;
  try {
    fd = openAt(AT.FDCWD, path, O.RDONLY);
  } catch (error) {
    throw error instanceof SystemError ? new CliError(error.plainMessage) : error;
  }
  if (!isDirectory(statAt(fd, ""))) return fd;
  close(fd);
  throw new CliError(`read ${path}: is a directory`);
}
