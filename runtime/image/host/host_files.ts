/** The host's file system, or for a test a directory that stands for it, with symbolic links followed one by one. */

import { AT, O } from "../../../ffi/constants.ts";
import { listNames } from "../../../ffi/directory.ts";
import { openAt, readLink, readSmallFile, withFd } from "../../../ffi/file.ts";
import { isDirectory, isSymlink, type Stat, statIfExists } from "../../../ffi/stat.ts";

/** Where a path leads. */
export interface Resolved {
  /** Absolute, and without symbolic links. */
  readonly path: string;
  readonly stat: Stat;
  /** The symbolic links on the way, in the order in which they were met. */
  readonly links: readonly HostLink[];
}

export interface HostLink {
  readonly path: string;
  readonly target: string;
  readonly stat: Stat;
}

/** As the kernel has it: MAXSYMLINKS. */
const MAX_LINKS = 40;

/** No configuration file is larger. Bytes. */
const MAX_TEXT_SIZE = 1 << 20;

export class HostFiles {
  /** `root` is empty for the host itself. */
  constructor(private readonly root = "") {}

  /** Follows an absolute path; undefined if it leads nowhere. */
  resolve(path: string): Resolved | undefined {
    const links: HostLink[] = [], rest = partsOf(path);
    let current = "", stat = statIfExists(AT.FDCWD, `${this.root}/`);
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (stat === undefined || !isDirectory(stat)) return undefined;
      if (part === "..") {
        current = current.slice(0, Math.max(0, current.lastIndexOf("/")));
        stat = statIfExists(AT.FDCWD, `${this.root}${current}/`);
        continue;
      }
      const next = `${current}/${part}`, nextStat = statIfExists(AT.FDCWD, this.root + next);
      if (nextStat === undefined) return undefined;
      if (!isSymlink(nextStat)) {
        current = next;
        stat = nextStat;
        continue;
      }
      if (links.length === MAX_LINKS) return undefined;
      const target = readLink(AT.FDCWD, this.root + next);
      links.push({ path: next, target, stat: nextStat });
      rest.unshift(...partsOf(target));
      if (target.startsWith("/")) {
        current = "";
        stat = statIfExists(AT.FDCWD, `${this.root}/`);
      }
    }
    return stat && { path: current || "/", stat, links };
  }

  /** Opens what a resolved path is. */
  open(resolvedPath: string): number {
    return openAt(AT.FDCWD, this.root + resolvedPath, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  }

  /** The text of a small file; undefined if there is none. */
  readText(path: string): string | undefined {
    const resolved = this.resolve(path);
    if (resolved === undefined) return undefined;
    const bytes = withFd(this.open(resolved.path), (fd) => readSmallFile(fd, MAX_TEXT_SIZE));
    return new TextDecoder().decode(bytes);
  }

  /** Names in a directory, sorted; none if it does not exist. */
  list(path: string): string[] {
    const resolved = this.resolve(path);
    return resolved === undefined ? [] : listNames(this.root + resolved.path);
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
