/** Where an ordinary user's box keeps what must not outlive the host: $XDG_RUNTIME_DIR/box. */

import { AT } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { makeDirectory } from "../../ffi/file.ts";
import { isDirectory, statIfExists } from "../../ffi/stat.ts";
import { EngineError } from "../../storage/errors.ts";

/**
 * The directory, which is there afterwards, is this user's, and nobody else's to look into. Without XDG_RUNTIME_DIR it is below
 * /run/user/UID if the host has that, else /tmp/box-UID: nobody can put something of his own in its place unseen, since the owner
 * is looked at, and in /tmp (sticky) nobody else can move it away.
 */
export function ensureRunDirectory(uid: number, given: string | undefined): string {
  const parent = given?.startsWith("/") ? given : `/run/user/${uid}`;
  const path = isOwn(parent, uid) ? `${parent}/box` : `/tmp/box-${uid}`;
  try {
    makeDirectory(AT.FDCWD, path, 0o700);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
  const stat = statIfExists(AT.FDCWD, path);
  if (!stat || !isDirectory(stat) || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new EngineError(
      `${path} must be a directory of user ${uid} and closed to others (mode 0700): ` +
        "remove it, or name another place with XDG_RUNTIME_DIR",
    );
  }
  return path;
}

function isOwn(path: string, uid: number): boolean {
  const stat = statIfExists(AT.FDCWD, path);
  return stat !== undefined && isDirectory(stat) && stat.uid === uid && (stat.mode & 0o022) === 0;
}
