/** The host's side of `docker cp`. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import { close, openAt } from "../../ffi/file.ts";
import { isDevice, isDirectory, type Stat } from "../../ffi/stat.ts";
import { ArchiveError } from "../../storage/layer/archive_error.ts";
import type { Owner } from "../../storage/layer/attributes.ts";
import { sourceOf } from "../../storage/layer/source.ts";
import { unpackArchive } from "../../storage/layer/unpack.ts";
import { cleanPath } from "../../storage/paths.ts";
import { CopyError } from "./copy_error.ts";
import { type CopyPath, findPlace, type Place, textOf } from "./copy_path.ts";
import type { CopyPlan } from "./copy_plan.ts";

const openOnHost = (path: string, flags: number) => openAt(AT.FDCWD, path, flags);

/** Finds what is to be copied into a container. Throws CopyError if it is not there. */
export function findHostSource(wanted: CopyPath, followLink: boolean): Place & { stat: Stat } {
  const place = find(wanted, followLink, "lstat");
  const { stat, path } = place;
  const isMissing = stat === undefined;
  if (!isMissing && (wanted.ending === "" || isDirectory(stat))) return { ...place, stat };
  place[Symbol.dispose]();
  // Docker puts a slash between the root and the name, unless it has to follow links.
  const isBelowRoot = path.lastIndexOf("/") === 0 && !followLink && wanted.ending === "";
  const shown = (isBelowRoot ? "/" : "") + cleanPath(path);
  throw new CopyError(isMissing ? `lstat ${shown}: no such file or directory` : "not a directory");
}

/** Finds where a copy on the host is to go. Throws CopyError unless that is a directory, a file, or can be made. */
export function findHostDestination(wanted: CopyPath): Place {
  const place = find(wanted, true, "stat");
  const problem = problemWith(place, wanted);
  if (problem === undefined) return place;
  place[Symbol.dispose]();
  throw new CopyError(problem);
}

/** Unpacks what comes from a container. The archive is hostile: no link in it is followed out of the directory. */
export async function unpackOnHost(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  target: Place,
  into: CopyPlan["into"],
  owner: Owner | undefined,
): Promise<void> {
  const [base, rootName] = into === "target"
    ? [target.base, target.path]
    : [".", `${target.path}/..`];
  const root = openAt(target.directory, base, O.PATH | O.DIRECTORY | O.NOFOLLOW);
  try {
    await unpackArchive(sourceOf(chunks), root, { conflicts: "keep type", owner, rootName });
  } catch (error) {
    throw error instanceof ArchiveError ? new CopyError(error.message) : error;
  } finally {
    close(root);
  }
}

function find(wanted: CopyPath, followLink: boolean, operation: string): Place {
  try {
    return findPlace(openOnHost, wanted, followLink);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (operation === "stat" && isErrno(error, "ENOENT") && error.subject === parentOf(wanted)) {
      const directory = JSON.stringify(error.subject);
      throw new CopyError(`invalid output path: directory ${directory} does not exist`);
    }
    const path = isErrno(error, "ENOENT") ? error.subject : textOf(wanted);
    throw new CopyError(`${operation} ${path}: ${error.reason}`);
  }
}

const parentOf = ({ path }: CopyPath) => cleanPath(`${path}/..`);

function problemWith({ stat, path }: Place, wanted: CopyPath): string | undefined {
  if (stat === undefined) {
    const isMissing = wanted.ending === "/.";
    return isMissing ? `stat ${wanted.path}: no such file or directory` : undefined;
  }
  if (isDirectory(stat)) return undefined;
  if (isDevice(stat)) {
    const quoted = JSON.stringify(cleanPath(path));
    return `invalid output path: ${quoted} must be a directory or a regular file: got a device`;
  }
  return wanted.ending === "" ? undefined : `stat ${textOf(wanted)}: not a directory`;
}
