/** From the command line to a command and its exit code. */
import { CAP, isCapable } from "../../ffi/privilege.ts";
import { stayInside } from "../../runtime/rootless/stay.ts";
import { type Command, usageLines } from "./command.ts";
import { CliError, noteRefusal, type Origin, reportError } from "./errors.ts";
import { globalOptions, processSurroundings, storeRoot } from "./global_options.ts";
import { print, printError } from "./output.ts";
import { parseCommandLine, type ParsedCommandLine } from "./parse.ts";
import { type CommandEntry, findTarget, type Registry } from "./registry.ts";
import { VERSION } from "./version.ts";

/** Runs the command that a command line names; returns the exit code and never throws. */
export async function runProgram(registry: Registry, argv: readonly string[]): Promise<number> {
  const origin: Origin = { path: "box", debug: Deno.env.get("BOX_DEBUG") === "1" };
  try {
    return await dispatch(registry, argv, origin);
  } catch (error) {
    return reportError(error, origin);
  }
}

/** `origin` learns how far it came, for the report of an error. */
async function dispatch(
  registry: Registry,
  argv: readonly string[],
  origin: Origin,
): Promise<number> {
  const parsed = parseCommandLine(globalOptions, argv, false);
  const { options, args, refusal } = parsed;
  origin.debug ||= options.debug;
  if (wantsHelp(parsed)) return await helpOn(registry, []);
  if (refusal !== undefined) throw refusal;
  if (options.version) {
    print(`box version ${VERSION}`);
    return 0;
  }
  if (args.length === 0) {
    const { programHelp, terminalWidth } = await import("./help.ts");
    printError(programHelp(registry, terminalWidth()));
    return 0;
  }
  if (args[0] === "help") return await helpOn(registry, args.slice(1));

  const driver = options["storage-driver"];
  if (driver !== undefined) Deno.env.set("BOX_STORAGE_DRIVER", driver);
  const target = await findTarget(registry, args);
  origin.path = target.path;
  if (target.kind === "group") {
    const wanted = wantsHelp(parseCommandLine({}, target.rest, false));
    const { groupHelp } = await import("./help.ts");
    (wanted ? print : printError)(groupHelp(target.path, target.group));
    return 0;
  }
  return await runCommand(target.entry, target.rest, options.root, origin);
}

async function runCommand(
  entry: CommandEntry,
  argv: readonly string[],
  root: string | undefined,
  origin: Origin,
): Promise<number> {
  const { command } = await entry.load();
  origin.command = command;
  const parsed = parseCommandLine(command.options, argv, command.interspersed);
  if (wantsHelp(parsed)) {
    await printCommandHelp(origin.path, entry, command);
    return 0;
  }
  if (parsed.refusal !== undefined) throw parsed.refusal;
  const problem = command.args(parsed.args.length, parsed.options);
  if (problem !== null) throw wrongArguments(problem, origin.path, command);

  if (command.needsNamespaces !== false) await enterNamespaces();
  const exitCode = await command.run({
    options: parsed.options,
    args: parsed.args,
    // Looked for only when it is asked for: a command without a store runs without one.
    get root() {
      return storeRoot(root, processSurroundings);
    },
  });
  return exitCode ?? 0;
}

/**
 * Where this process may not mount, the program is started again in its place, in a user namespace. Where the kernel refuses
 * that, the command goes on: many have no need of it.
 */
async function enterNamespaces(): Promise<void> {
  stayInside();
  if (Deno.uid() === 0 && isCapable(CAP.SYS_ADMIN)) return;
  const { enterUserNamespace } = await import("../../runtime/rootless/enter.ts");
  noteRefusal(await enterUserNamespace(printError));
}

/** Prints the help on what the words name, or on the program for no words. */
async function helpOn(registry: Registry, words: readonly string[]): Promise<number> {
  const { groupHelp, programHelp, terminalWidth } = await import("./help.ts");
  if (words.length === 0) {
    print(programHelp(registry, terminalWidth()));
    return 0;
  }
  const target = await findTarget(registry, words);
  if (target.rest.length > 0) throw new CliError(`unknown help topic: ${target.rest.join(" ")}`);
  if (target.kind === "group") print(groupHelp(target.path, target.group));
  else await printCommandHelp(target.path, target.entry, (await target.entry.load()).command);
  return 0;
}

async function printCommandHelp(path: string, entry: CommandEntry, command: Command) {
  const { commandHelp, terminalWidth } = await import("./help.ts");
  print(commandHelp(path, entry.aliases ?? [], command, terminalWidth()));
}

function wantsHelp({ help, shortHelp }: ParsedCommandLine<unknown>): boolean {
  if (help && shortHelp) {
    printError("Flag shorthand -h has been deprecated, please use --help");
  }
  return help;
}

function wrongArguments(problem: string, path: string, command: Command): CliError {
  return new CliError(
    `"${path}" ${problem}.\nSee '${path} --help'.\n\n${
      usageLines(path, command)
    }\n\n${command.summary}`,
  );
}
