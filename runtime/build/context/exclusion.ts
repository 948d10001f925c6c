/** What of a source is left out, be it by .dockerignore or by --exclude. */

import type { CopySource, ExcludePredicate } from "./types.ts";

/** `itself`: a directory that is left out, with something below it that may not be. */
export type Excluded = "no" | "itself" | "all";

export class Exclusion {
  readonly #predicates: ((path: string, isDirectory: boolean) => Excluded)[] = [];

  constructor(
    { tree, path, name, keepsParents, isDirectory }: CopySource,
    exclude: ExcludePredicate | undefined,
  ) {
    if (tree.exclude) {
      this.#predicates.push((path, isDirectory) => ask(tree.exclude!, path, isDirectory));
    }
    if (exclude) {
      // --exclude is about the path below the directory that is copied, or the name of the one file.
      const cut = keepsParents
        ? path.length - name.length
        : isDirectory
        ? path && path.length + 1
        : 0;
      const single = !keepsParents && !isDirectory ? name : undefined;
      this.#predicates.push((path, isDirectory) =>
        ask(exclude, single ?? path.slice(Number(cut)), isDirectory)
      );
    }
  }

  /** Whether there is nothing to ask. */
  get isEmpty(): boolean {
    return this.#predicates.length === 0;
  }

  of(path: string, isDirectory: boolean): Excluded {
    let result: Excluded = "no";
    for (const predicate of this.#predicates) {
      const answer = predicate(path, isDirectory);
      if (answer === "all") return "all";
      if (answer === "itself") result = "itself";
    }
    return result;
  }
}

function ask(exclude: ExcludePredicate, path: string, isDirectory: boolean): Excluded {
  if (path === "" || !exclude(path, isDirectory)) return "no";
  return isDirectory && exclude.mayIncludeBelow?.(path) ? "itself" : "all";
}
