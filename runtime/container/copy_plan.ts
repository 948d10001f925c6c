/** Where a copy goes and what it is called there: docker's rules for SRC and DEST. */

import { isDirectory } from "../../ffi/stat.ts";
import { CopyError } from "./copy_error.ts";
import type { CopyPath, Place } from "./copy_path.ts";

export interface CopySource {
  /** Of the topmost entry; `.` if only the content of a directory is meant. */
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface CopyTarget {
  readonly kind: "directory" | "other" | "missing";
  /** Whether the path ends like a directory's. */
  readonly assertsDirectory: boolean;
  /** The last name of its path. */
  readonly name: string;
}

export interface CopyPlan {
  /** The directory to unpack into: the target itself, or the one that holds it. */
  readonly into: "target" | "parent";
  /** Of the topmost entry. */
  readonly name: string;
}

/** Throws CopyError if the two do not go together. */
export function planCopy(source: CopySource, target: CopyTarget): CopyPlan {
  if (target.kind === "directory") return { into: "target", name: source.name };
  if (source.isDirectory && target.kind === "other") throw new CopyError("cannot copy directory");
  if (!source.isDirectory && target.assertsDirectory) throw new CopyError("no such directory");
  return { into: "parent", name: target.name };
}

export function targetAt({ stat, base }: Place, { ending }: CopyPath): CopyTarget {
  return {
    kind: stat === undefined ? "missing" : isDirectory(stat) ? "directory" : "other",
    assertsDirectory: ending !== "",
    name: base,
  };
}
