/** What a subcommand is: its words, its options and what it does. */
import type { ArgumentCount } from "./arguments.ts";
import type { OptionTable, OptionValues } from "./options.ts";

/** What a command is run with. */
export interface Invocation<Values> {
  readonly options: Values;
  readonly args: readonly string[];
  /** The store's directory, an absolute path. */
  readonly root: string;
}

/** The exit code; nothing means 0. */
type Outcome = Promise<number | void> | number | void;

interface CommandFacts {
  /** What follows the command's name in its usage line; one text for each form it has. */
  readonly usage: string | readonly string[];
  /** One line without a full stop, the same as in the registry. */
  readonly summary: string;
  /** More to say than the summary, printed below it. */
  readonly description?: string;
  readonly args: ArgumentCount;
  /** False where options end at the first argument, because what follows is another program's. */
  readonly interspersed?: boolean;
  /** Command lines to learn from, each with what it does. */
  readonly examples?: readonly (readonly [commandLine: string, whatItDoes: string])[];
  /**
   * False for what only reads the store, or does not even that: it is not started again in a user namespace where box is run by
   * an ordinary user.
   */
  readonly needsNamespaces?: boolean;
  /**
   * How an engine's error is printed. "response": Docker's answer from the daemon, exit code 1.
   * "refusal": the same after `box: ` and with a hint at help, and 125 for whatever goes wrong,
   * so that it cannot be taken for the exit code of the container (`run`).
   */
  readonly failure?: "response" | "refusal";
}

/** A command as its module writes it, with the types of the values it reads. */
export interface CommandDefinition<Table extends OptionTable> extends CommandFacts {
  readonly options?: Table;
  run(invocation: Invocation<OptionValues<Table>>): Outcome;
}

/** A command as the program runs it. */
export interface Command extends CommandFacts {
  readonly options: OptionTable;
  /** `invocation` must hold what was read with this command's own options. */
  run(invocation: Invocation<unknown>): Outcome;
}

/** Makes a command; the types of the values it reads follow from its table of options. */
export function defineCommand<const Table extends OptionTable = Record<never, never>>(
  definition: CommandDefinition<Table>,
): Command {
  return {
    ...definition,
    options: definition.options ?? {},
    run: (invocation) => definition.run(invocation as Invocation<OptionValues<Table>>),
  };
}

/** The command lines that a command has, one for each form. */
export function usageForms(path: string, { usage }: Pick<Command, "usage">): string[] {
  const forms = typeof usage === "string" ? [usage] : usage;
  return forms.map((form) => `${path} ${form}`.trimEnd());
}

/** The usage of a command as Docker prints it. */
export function usageLines(path: string, command: Pick<Command, "usage">): string {
  return `Usage:  ${usageForms(path, command).join("\n\t")}`;
}
