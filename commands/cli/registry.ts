/** What the program's table of commands looks like, and how words find their command in it. */
import type { Command } from "./command.ts";
import { CliError } from "./errors.ts";

/** A command as help lists it, without its module being loaded. */
export interface CommandEntry {
  readonly summary: string;
  /** Other names of it in its group. */
  readonly aliases?: readonly string[];
  /** Where its module is, seen from the registry's. */
  readonly module: string;
  load(): Promise<{ readonly command: Command }>;
}

export interface CommandTable {
  readonly [name: string]: CommandEntry;
}

/** Commands about one kind of thing, such as `image`. */
export interface CommandGroup {
  readonly summary: string;
  readonly commands: CommandTable;
}

export interface Registry {
  readonly summary: string;
  readonly commands: CommandTable;
  readonly groups: { readonly [name: string]: CommandGroup };
  /** Commands that box starts itself with; no help shows them. */
  readonly hidden: CommandTable;
  /** Commands and groups of Docker's that box does not have; with its group's name before it where other groups have it. */
  readonly missing: readonly string[];
}

/** What the words of a command line name, and the words that follow it. */
export type Target =
  | { readonly kind: "command"; path: string; entry: CommandEntry; rest: readonly string[] }
  | { readonly kind: "group"; path: string; group: CommandGroup; rest: readonly string[] };

/** Finds what a command line is about; throws a CliError for a name that nothing has. */
export async function findTarget(registry: Registry, words: readonly string[]): Promise<Target> {
  const [name, ...rest] = words;
  const group = own(registry.groups, name);
  if (group === undefined) {
    const names = [...Object.keys(registry.groups), ...Object.keys(registry.commands)];
    const hidden = own(registry.hidden, name);
    if (hidden !== undefined) return { kind: "command", path: `box ${name}`, entry: hidden, rest };
    return findCommand(registry, "box", registry.commands, words, names);
  }
  // An option in the place of the subcommand is the group's: --help.
  if (rest.length === 0 || rest[0].startsWith("-")) {
    return { kind: "group", path: `box ${name}`, group, rest };
  }
  return await findCommand(
    registry,
    `box ${name}`,
    group.commands,
    rest,
    Object.keys(group.commands),
  );
}

async function findCommand(
  registry: Registry,
  parent: string,
  table: CommandTable,
  [given, ...rest]: readonly string[],
  names: readonly string[],
): Promise<Target> {
  const name = Object.keys(table).find((name) =>
    name === given || table[name].aliases?.includes(given)
  );
  if (name !== undefined) {
    return { kind: "command", path: `${parent} ${name}`, entry: table[name], rest };
  }
  const words = `${parent} ${given}`.slice("box ".length);
  const hint = `See '${parent} --help'`;
  if (registry.missing.includes(given) || registry.missing.includes(words)) {
    throw new CliError(`box: '${words}' is not supported yet.\n${hint}`);
  }
  const { closest } = await import("./suggestion.ts");
  const near = closest(given, names).map((name) => `'${name}'`);
  const suggestion = near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
  throw new CliError(`box: '${words}' is not a box command.${suggestion}\n${hint}`);
}

function own<Value>(table: { readonly [name: string]: Value }, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
