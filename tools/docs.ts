/**
 * Writes docs/reference.md from the tables that drive parsing and help:
 * `deno run -A tools/docs.ts`. With --check it only fails if the file is out of date.
 */
import { type Command, usageForms } from "../commands/cli/command.ts";
import { globalOptions } from "../commands/cli/global_options.ts";
import { supportedOptions } from "../commands/cli/help.ts";
import { isUnsupported, type Option, type OptionTable } from "../commands/cli/options.ts";
import type { CommandEntry, Registry } from "../commands/cli/registry.ts";
import { registry } from "../commands/registry.ts";

const REFERENCE = new URL("../docs/reference.md", import.meta.url);

/** A command and every full name it can be called by, the short form first. */
interface DocumentedCommand {
  readonly names: string[];
  readonly entry: CommandEntry;
}

/** The reference of all commands in Markdown, not yet formatted. */
export async function renderReference(registry: Registry): Promise<string> {
  const commands = commandsOf(registry);
  const sections = await Promise.all(commands.map(async ({ names, entry }) => {
    const { command } = await entry.load();
    return commandSection(names, command);
  }));
  return [
    "# Reference",
    "Every command of box with its options, as `box COMMAND --help` shows them. " +
    "This file is made from the program by `deno run -A tools/docs.ts`.",
    "## Options before the command",
    ...optionParagraphs(globalOptions),
    "## Commands",
    commands.map(({ names: [name], entry }) => `- [${name}](#${anchor(name)}): ${entry.summary}`)
      .join("\n"),
    ...sections.flat(),
  ].join("\n\n") + "\n";
}

/** Commands of groups that have no short form come last. */
function commandsOf({ commands, groups }: Registry): DocumentedCommand[] {
  const found = new Map<CommandEntry["load"], DocumentedCommand>();
  const add = (parent: string, name: string, entry: CommandEntry) => {
    const names = [name, ...entry.aliases ?? []].map((word) => `${parent} ${word}`);
    const known = found.get(entry.load);
    if (known === undefined) found.set(entry.load, { names, entry });
    else known.names.push(...names);
  };
  for (const [name, entry] of sorted(commands)) add("box", name, entry);
  for (const [group, { commands }] of sorted(groups)) {
    for (const [name, entry] of sorted(commands)) add(`box ${group}`, name, entry);
  }
  return [...found.values()];
}

function commandSection([name, ...otherNames]: readonly string[], command: Command): string[] {
  const paragraphs = [`## ${name}`, `${command.summary}.`];
  if (command.description !== undefined) paragraphs.push(command.description);
  paragraphs.push(codeBlock(usageForms(name, command).join("\n")));
  if (otherNames.length > 0) {
    paragraphs.push(`Also: ${otherNames.map((name) => `\`${name}\``).join(", ")}`);
  }
  paragraphs.push(...optionParagraphs(command.options));
  if (command.examples !== undefined) {
    paragraphs.push(
      codeBlock(
        command.examples.map(([line, whatItDoes]) => `# ${whatItDoes}\n${line}`)
          .join("\n\n"),
      ),
    );
  }
  return paragraphs;
}

function optionParagraphs(table: OptionTable): string[] {
  const paragraphs: string[] = [];
  const rows = supportedOptions(table).map(([name, option]) =>
    `| ${signature(name, option)} | ${inCell(option.description)} | ${shownDefault(option)} |`
  );
  if (rows.length > 0) {
    paragraphs.push(["| Option | Meaning | Default |", "| - | - | - |", ...rows].join("\n"));
  }
  const refused = Object.keys(table).filter((name) => isUnsupported(table[name])).sort();
  if (refused.length > 0) {
    const names = refused.map((name) => `\`--${name}\``).join(", ");
    paragraphs.push(
      `Docker has these, too. Box refuses them, unless they only ask for Docker's default: ${names}.`,
    );
  }
  return paragraphs;
}

function signature(name: string, { short, type }: Option<unknown>): string {
  const names = short === null ? `--${name}` : `-${short}, --${name}`;
  return `\`${type === "bool" ? names : `${names} ${type}`}\``;
}

function shownDefault(option: Option<unknown>): string {
  return option.shownDefault === undefined ? "" : `\`${option.shownDefault}\``;
}

function inCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function codeBlock(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\``;
}

/** The anchor that a Markdown heading gets. */
function anchor(heading: string): string {
  return heading.replaceAll(" ", "-");
}

function sorted<Value>(table: { readonly [name: string]: Value }): [string, Value][] {
  return Object.entries(table).sort(([one], [other]) => one < other ? -1 : 1);
}

async function format(markdown: string): Promise<string> {
  const deno = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "-"],
    cwd: new URL("..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = deno.output();
  const writer = deno.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { success, stdout } = await output;
  if (!success) throw new Error("deno fmt failed on the reference");
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const reference = await format(await renderReference(registry));
  if (!Deno.args.includes("--check")) {
    Deno.mkdirSync(new URL(".", REFERENCE), { recursive: true });
    Deno.writeTextFileSync(REFERENCE, reference);
  } else if (await Deno.readTextFile(REFERENCE).catch(() => "") !== reference) {
    console.error("docs/reference.md is out of date: run deno run -A tools/docs.ts");
    Deno.exit(1);
  }
}
