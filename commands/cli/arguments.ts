/** How many arguments a command takes, in Docker's words. */

/** Says what is wrong with a number of arguments, or null if it is right. An option may stand for one. */
export type ArgumentCount = (
  count: number,
  options?: { readonly [name: string]: unknown },
) => string | null;

/** The command takes no argument. */
export const noArgs: ArgumentCount = (count) => count === 0 ? null : "accepts no arguments";

/** The command takes this many arguments. */
export function exactly(wanted: number): ArgumentCount {
  return (count) => count === wanted ? null : `requires exactly ${plural(wanted)}`;
}

/** The command takes this many arguments or more. */
export function atLeast(least: number): ArgumentCount {
  return (count) => count >= least ? null : `requires at least ${plural(least)}`;
}

/** The command takes this many arguments or fewer. */
export function atMost(most: number): ArgumentCount {
  return (count) => count <= most ? null : `requires at most ${plural(most)}`;
}

/** The command takes a number of arguments within these bounds, both included. */
export function between(least: number, most: number): ArgumentCount {
  return (count) =>
    count >= least && count <= most
      ? null
      : `requires at least ${least} and at most ${plural(most)}`;
}

function plural(count: number): string {
  return `${count} ${count === 1 ? "argument" : "arguments"}`;
}
