/** Printing what was pruned, in docker's words. */

import type { Removal } from "../storage/image/remove.ts";
import { print } from "./cli/output.ts";

/** Prints what of a kind was deleted, if anything was: `Deleted Volumes:`. */
export function printDeleted(kind: string, deleted: readonly string[]): void {
  if (deleted.length > 0) print([`Deleted ${kind}:`, ...deleted].join("\n") + "\n");
}

export function printDeletedImages(removals: readonly Removal[]): void {
  const lines = removals.map((removal) =>
    "untagged" in removal ? `untagged: ${removal.untagged}` : `deleted: ${removal.deleted}`
  );
  printDeleted("Images", lines);
}
