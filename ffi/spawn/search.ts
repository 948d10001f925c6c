/** Executing a command that is looked for in PATH. */

import { SpawnProgram } from "./program.ts";
import { type Cell, Label } from "./values.ts";

/** errno(3) */
const ENOENT = 2, EACCES = 13, ENOTDIR = 20;

export interface Command {
  /** Paths to try, one after another: see candidates(). */
  readonly paths: readonly string[];
  readonly argv: readonly string[];
  /** `NAME=value` each. */
  readonly env: readonly string[];
}

/** The paths that a command name may mean: itself if it holds a slash, else one for each directory in PATH. */
export function candidates(name: string, path: string): string[] {
  if (name.includes("/")) return [name];
  return path.split(":").map((directory) => `${directory || "."}/${name}`);
}

/**
 * The steps that execute the first path that can be executed, by the rules of execvp(3): what does not exist is passed over,
 * so is what may not be executed, and any other error ends the search. The steps come to their end when nothing was executed;
 * `cause` is then the negative errno that explains it: EACCES if there was one, else ENOENT.
 */
export function searchAndExecute(command: Command): { program: SpawnProgram; cause: Cell } {
  const program = new SpawnProgram(), failed = new Label("nothing executed");
  const cause = program.cell("cause", -ENOENT);
  const argv = [...command.argv, 0], env = [...command.env, 0];
  for (const path of command.paths) {
    const next = new Label("next path");
    const result = program.call("execve", [path, argv, env], {
      what: `execute ${path}`,
      onError: "continue",
    });
    program.subtract(result, -ENOENT, { onZero: next });
    program.subtract(result, -ENOTDIR, { onZero: next });
    program.subtract(result, 0, { into: cause });
    program.subtract(result, -EACCES, { onZero: next });
    program.jump(failed);
    program.mark(next);
  }
  program.mark(failed);
  return { program, cause };
}

/** The same as the end of a program: that nothing was executed is a failure. */
export function execute(command: Command): SpawnProgram {
  const { program, cause } = searchAndExecute(command);
  program.fail(cause, `execute ${command.argv[0]}`);
  return program;
}
