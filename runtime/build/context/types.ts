/** What COPY and ADD work with: trees to copy from, what is chosen of them, and where it goes. */

import type { DirectoryFd, Time } from "../../../ffi/file.ts";
import type { ChecksumTable } from "../../../storage/build/checksum_table.ts";
import type { Owner } from "../../../storage/layer/attributes.ts";
import type { ModeChange } from "./mode_change.ts";

/** Says which paths are left out (.dockerignore, --exclude). Paths are clean and relative. */
export interface ExcludePredicate {
  (path: string, isDirectory: boolean): boolean;
  /**
   * Whether something below a directory that is left out may be taken in again. Where this says no, or is missing, the
   * directory is not even read.
   */
  readonly mayIncludeBelow?: (directory: string) => boolean;
  /** All that it depends on, where that can be told. */
  readonly patterns?: readonly string[];
}

/** A directory that files are copied from: a build context, the root of a stage or an image, a download. */
export interface SourceTree {
  /** Paths are resolved within it, as if it were `/`. */
  readonly root: DirectoryFd;
  /** What errors call it. */
  readonly name: string;
  /** Who owns the copies if there is no --chown: root for what comes from outside, the owner for what was in an image. */
  readonly ownership: "root" | "kept";
  /** What is not part of it. */
  readonly exclude?: ExcludePredicate;
}

/** A file or directory that was chosen by COPY's or ADD's words. */
export interface CopySource {
  readonly tree: SourceTree;
  /** Clean, relative, without symbolic links; empty for the root. */
  readonly path: string;
  /**
   * What it is called below a destination that is a directory: its base name, or with --parents all of its path from where that
   * begins. Of a directory without --parents only the content is copied, and its name means nothing.
   */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly keepsParents: boolean;
}

/** What a copy does besides copying; what of it changes the result goes into the checksum. */
export interface CopyOptions {
  /** --chown, as resolveOwner() found it. */
  readonly owner?: Owner;
  /** --chmod, as parseModeChange() read it. */
  readonly mode?: ModeChange;
  /** --exclude: paths count from the source directory; of a single file, its name. */
  readonly exclude?: ExcludePredicate;
  /** What has been seen of files before, see checksumSources(). */
  readonly table?: ChecksumTable;
  /** Owner, mode and exclusions as they were written: the same words mean the same copy of the same tree. */
  readonly words?: string;
}

/** One COPY or ADD. */
export interface CopyRequest extends CopyOptions {
  readonly sources: readonly CopySource[];
  /** What these are a part of, if they are not all: an ADD copies what it has fetched by itself. */
  readonly whole?: { readonly instruction: "COPY" | "ADD"; readonly sources: number };
  /** As written. A slash at its end says that it is a directory; if it is relative, it counts from the working directory. */
  readonly destination: string;
  readonly workingDirectory: string;
  /** The upper directory of an overlay that is not mounted, without whiteouts; what is copied goes in here. */
  readonly upper: DirectoryFd;
  /** The layers below as one tree, read-only; undefined for scratch. */
  readonly lower?: DirectoryFd;
  /** ADD: archives are unpacked, wherever in an overlay their own links lead. */
  readonly extraction?: {
    /** Mounts the overlay of `upper` and `lower` for writing, which then takes what is unpacked. */
    openMerged(): { readonly fd: DirectoryFd } & Disposable;
  };
  /** The time of everything that is written, instead of the source's own: SOURCE_DATE_EPOCH. */
  readonly timestamp?: Time;
}
