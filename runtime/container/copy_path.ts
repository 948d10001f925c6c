/** Paths of `docker cp`: where they lead, and what they say about what is there. */

import { O } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import { close, type DirectoryFd, readLink } from "../../ffi/file.ts";
import { isSymlink, type Stat, statAt, statIfExists } from "../../ffi/stat.ts";
import { baseOf } from "../../storage/layer/name.ts";
import { cleanPath } from "../../storage/paths.ts";

/** A path without `.` and `..`, and how it ended. */
export interface CopyPath {
  /** Absolute and clean. */
  readonly path: string;
  /** `/` says that it is a directory, `/.` that its content is meant. */
  readonly ending: "" | "/" | "/.";
}

/** Reads a path; a relative one counts from `base`. */
export function parseCopyPath(text: string, base = "/"): CopyPath {
  const path = cleanPath(text.startsWith("/") ? text : `${base}/${text}`);
  if (/(^|\/)\.$/.test(text)) return { path, ending: "/." };
  return { path, ending: text.endsWith("/") && path !== "/" ? "/" : "" };
}

/** A path as it was given, for errors. */
export function textOf({ path, ending }: CopyPath): string {
  return path === "/" ? `/${ending.slice(1)}` : path + ending;
}

/** What the topmost entry of an archive of it is called: `.` if the content is meant; nothing for the root. */
export function entryNameOf({ path, ending }: CopyPath): string {
  return ending === "/." ? "." : baseOf(path);
}

/** Opens an absolute path, be it of a container or of the host. */
export type OpenPath = (path: string, flags: number) => number;

/** Something that exists, or could be made: a name in an open directory. */
export interface Place extends Disposable {
  /** O_PATH */
  readonly directory: DirectoryFd;
  /** `.` for the directory itself. */
  readonly base: string;
  /** Its path, symbolic links at its end resolved: absolute, but not always clean. */
  readonly path: string;
  /** What is there; undefined for nothing. */
  readonly stat: Stat | undefined;
}

/** As many as the kernel follows in one path: path_resolution(7). */
const MAX_LINKS = 40;
const ELOOP = 40;

/** Names that only a directory can have, and that are looked up as a whole. */
const isDirectoryName = (base: string) => base === "" || base === "." || base === "..";

/**
 * Finds a path. Symbolic links on the way are followed; one at the end only if `follow`, or if the path ends like a directory's,
 * and then to where it leads even if nothing is there. Throws ENOENT and ENOTDIR for the directory that should hold it, whose
 * path is the error's subject.
 */
export function findPlace(open: OpenPath, wanted: CopyPath, follow: boolean): Place {
  let path = wanted.path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const slash = path.lastIndexOf("/"), base = path.slice(slash + 1);
    if (isDirectoryName(base)) return placeOf(open(path, O.PATH | O.DIRECTORY), ".", path);
    const parent = path.slice(0, slash) || "/";
    const place = placeOf(open(parent, O.PATH | O.DIRECTORY), base, path);
    const { stat, directory } = place;
    if (stat === undefined) return place;
    if (!isSymlink(stat) || !(follow || wanted.ending !== "")) return place;
    using _ = place;
    const target = readLink(directory, base);
    path = target.startsWith("/") ? target : `${path.slice(0, slash)}/${target}`;
  }
  throw new SystemError("open", textOf(wanted), ELOOP);
}

function placeOf(directory: DirectoryFd, base: string, path: string): Place {
  const dispose = () => close(directory);
  try {
    const stat = base === "." ? statAt(directory, "") : statIfExists(directory, base);
    return { directory, base, path, stat, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
