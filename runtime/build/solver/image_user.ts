/** Users of an image whose layers are mounted nowhere. */

import { AT, O } from "../../../ffi/constants.ts";
import { openAt, readSmallFile, withFd } from "../../../ffi/file.ts";
import { isRegularFile } from "../../../ffi/stat.ts";
import { lookup } from "../../../storage/overlay2/lookup.ts";
import { resolveInStack } from "../../../storage/overlay2/make_missing.ts";
import { resolveUser, type User } from "../../sandbox/user.ts";

/** The limit that runc has for files such as /etc/passwd, bytes. */
const LIMIT = 4 << 20;

/** The user that `USER[:GROUP]` means in what a stack of directories shows. InvalidError if there is none. */
export function imageUser(directories: readonly string[], text: string): User {
  const needsFiles = !/^(0|root)?$/.test(text);
  const read = (path: string) => needsFiles ? readText(directories, path) : "";
  return resolveUser(text === "root" ? "0" : text, read("/etc/passwd"), read("/etc/group"));
}

function readText(directories: readonly string[], path: string): string {
  const found = lookup(directories, resolveInStack(directories, path));
  if (found === undefined || !isRegularFile(found.stat)) return "";
  const fd = openAt(AT.FDCWD, found.path, O.RDONLY | O.NOFOLLOW);
  return new TextDecoder().decode(withFd(fd, () => readSmallFile(fd, LIMIT)));
}
