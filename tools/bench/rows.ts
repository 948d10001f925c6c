/** Everything the bench can measure. */

import type { RowGroup } from "./row.ts";
import { builds } from "./rows/build.ts";
import { containers } from "./rows/containers.ts";
import { images } from "./rows/images.ts";
import { lists } from "./rows/lists.ts";
import { lives } from "./rows/lives.ts";
import { memory } from "./rows/memory.ts";
import { networks } from "./rows/networks.ts";
import { registries } from "./rows/registry.ts";

export const groups: readonly RowGroup[] = [
  containers,
  lives,
  networks,
  images,
  ...builds,
  registries,
  lists,
  memory,
];

/** The groups with those of their rows that have one of `words` in their name; all without words. */
export function chooseRows(
  groups: readonly RowGroup[],
  words: readonly string[],
): readonly RowGroup[] {
  if (words.length === 0) return groups;
  const isChosen = (name: string) => name.split(/[\s,]+/).some((word) => words.includes(word));
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter(({ name }) => isChosen(name)) }))
    .filter(({ rows }) => rows.length > 0);
}
