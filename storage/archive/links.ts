/** Links in an archive, followed by name only: nothing of it lies in a directory where the kernel could do it. */

import { cleanName, joinPaths, parentOf, pathOf } from "../layer/name.ts";
import { ArchiveError } from "../layer/archive_error.ts";
import type { TarHeader } from "../layer/tar/header.ts";

/** As many as the kernel follows: path_resolution(7). */
const MOST_LINKS = 40;

export class ArchiveLinks {
  /** Clean paths below the root. */
  private readonly targets = new Map<string, string>();

  /** Takes note of an entry, which replaces any earlier one of the same name. */
  add(header: TarHeader): void {
    const path = pathOf(header.name);
    if (header.type === "symlink") {
      const base = header.linkName.startsWith("/") ? "" : parentOf(path);
      this.targets.set(path, within(joinPaths(base, header.linkName)));
    } else if (header.type === "link") {
      const target = within(header.linkName);
      if (target !== path) this.targets.set(path, target);
    } else this.targets.delete(path);
  }

  /** The path where a name leads. */
  resolve(name: string): string {
    let path = within(name);
    for (let followed = 0; followed <= MOST_LINKS; followed++) {
      const link = this.firstLink(path);
      if (link === undefined) return path;
      path = within(`${this.targets.get(link)!}${path.slice(link.length)}`);
    }
    throw new ArchiveError(`${JSON.stringify(name)}: too many levels of symbolic links`);
  }

  private firstLink(path: string): string | undefined {
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      if (this.targets.has(path.slice(0, end))) return path.slice(0, end);
    }
    return this.targets.has(path) ? path : undefined;
  }
}

/** The clean path below the root; `..` does not lead out of it. */
function within(path: string): string {
  return cleanName(`/${path}`)!;
}
