/** The help texts, laid out as Docker's are, from the tables that also drive parsing. */
import { type Command, usageLines } from "./command.ts";
import { globalOptions } from "./global_options.ts";
import { isUnsupported, type Option, type OptionTable } from "./options.ts";
import type { CommandGroup, CommandTable, Registry } from "./registry.ts";
import { wrapBeside } from "./wrap.ts";

/** The width of the help text where there is no terminal, in columns. */
const DEFAULT_WIDTH = 80;

/** The column at which the summaries in a list of commands begin, without its indentation. */
const NAME_WIDTH = 12;

/** The width of the terminal, in columns. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return DEFAULT_WIDTH;
  }
}

/** The help of one command; `path` is its full name, `aliases` are its other names. */
export function commandHelp(
  path: string,
  aliases: readonly string[],
  command: Command,
  width: number,
): string {
  const sections = [usageLines(path, command), command.summary];
  if (command.description !== undefined) sections.push(command.description);
  if (aliases.length > 0) {
    const name = path.slice(path.lastIndexOf(" ") + 1);
    sections.push(`Aliases:\n  ${[name, ...aliases].join(", ")}`);
  }
  sections.push(...optionsSection(command.options, width));
  if (command.examples !== undefined) {
    const examples = command.examples.map(([line, whatItDoes]) => `  # ${whatItDoes}\n  ${line}`);
    sections.push(`Examples:\n${examples.join("\n\n")}`);
  }
  return inParagraphs(sections);
}

/** The help of a group of commands; `path` is its full name. */
export function groupHelp(path: string, group: CommandGroup): string {
  return inParagraphs([
    `Usage:  ${path} COMMAND`,
    group.summary,
    `Commands:\n${summaries(group.commands)}`,
    `Run '${path} COMMAND --help' for more information on a command.`,
  ]);
}

/** The help of the program. */
export function programHelp(registry: Registry, width: number): string {
  return inParagraphs([
    "Usage:  box [OPTIONS] COMMAND",
    registry.summary,
    ...optionsSection(globalOptions, width),
    `Management Commands:\n${summaries(registry.groups)}`,
    `Commands:\n${summaries(registry.commands)}`,
    "Run 'box COMMAND --help' for more information on a command.",
  ]);
}

/** The options that box supports, in the order in which they are listed. */
export function supportedOptions(
  table: OptionTable,
): (readonly [name: string, option: Option<unknown>])[] {
  return Object.entries(table)
    .flatMap(([name, option]) => isUnsupported(option) ? [] : [[name, option] as const])
    .sort(([one], [other]) => one < other ? -1 : 1);
}

function optionsSection(table: OptionTable, width: number): string[] {
  const rows = supportedOptions(table).map(([name, option]) => {
    const short = option.short === null ? "    " : `-${option.short}, `;
    const value = option.type === "bool" ? "" : ` ${option.type}`;
    return [`  ${short}--${name}${value}`, describe(option)] as const;
  });
  if (rows.length === 0) return [];
  const indent = Math.max(...rows.map(([left]) => left.length)) + 3;
  const lines = rows.map(([left, right]) =>
    left.padEnd(indent) + wrapBeside(right, indent, width - 1)
  );
  return [`Options:\n${lines.join("\n")}`];
}

function describe({ description, shownDefault }: Option<unknown>): string {
  return shownDefault === undefined ? description : `${description} (default ${shownDefault})`;
}

function summaries(table: CommandTable | Registry["groups"]): string {
  return Object.keys(table).sort()
    .map((name) => `  ${name.padEnd(NAME_WIDTH)}${table[name].summary}`)
    .join("\n");
}

/** Sets an empty line before every section; the last line is left open. */
function inParagraphs(sections: readonly string[]): string {
  return sections.map((section) => `\n${section}`).join("\n");
}
