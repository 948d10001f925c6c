/** The command line of the bench. */

import type { RowGroup } from "./row.ts";

export interface Options {
  /** Words that choose rows; none for all. */
  readonly words: readonly string[];
  /** Runs of every row, instead of its own number. */
  readonly runs?: number;
}

/** undefined for a command line that is not understood. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const words: string[] = [];
  let runs: number | undefined;
  const rest = args.flatMap((arg) => arg.startsWith("--runs=") ? ["--runs", arg.slice(7)] : [arg]);
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--runs") {
      runs = Number(rest.shift());
      if (!Number.isInteger(runs) || runs < 1) return undefined;
    } else if (arg === "--help") {
      return undefined;
    } else {
      words.push(arg);
    }
  }
  return { words, runs };
}

export function usage(groups: readonly RowGroup[]): string {
  const names = groups.flatMap(({ rows }) => rows.map(({ name }) => `  ${name}`));
  return [
    "deno task bench [WORD...] [--runs N]",
    "",
    "Measures the rows that have one of the words in their name, or all of these:",
    ...names,
  ].join("\n");
}
