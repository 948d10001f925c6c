/** Running other programs, for the tasks of this project. */

export interface Outcome {
  success: boolean;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Added to the environment. */
  env?: Record<string, string>;
  cwd?: string;
}

/** A program that had to succeed and did not. */
export class CommandError extends Error {
  override name = "CommandError";

  constructor(command: string, readonly stderr: string) {
    super(`${command.split("/").at(-1)} failed: ${stderr}`);
  }
}

/** Runs a program to its end, whatever that is. Throws Deno.errors.NotFound when there is none. */
export async function run(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    ...options,
    args,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { success, stdout: text.decode(stdout).trim(), stderr: text.decode(stderr).trim() };
}

/** Runs a program and returns what it prints; throws a {@link CommandError} when it fails. */
export async function must(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await run(command, args, options);
  if (!success) throw new CommandError(command, stderr);
  return stdout;
}
