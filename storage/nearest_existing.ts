/** Looking at the place of something that is still to be made. */

import { AT } from "../ffi/constants.ts";
import { statIfExists } from "../ffi/stat.ts";

/** A path, or the nearest directory above it that exists. */
export function nearestExisting(path: string): string {
  if (path === "" || path === "/") return "/";
  return statIfExists(AT.FDCWD, path, true) ? path : nearestExisting(path.replace(/\/[^/]*$/, ""));
}
