/** A program under test, or one that box is compared with. */

import { equal, match } from "node:assert/strict";
import { describe, type Result, run, RunningProcess, type RunOptions } from "./process.ts";

/** Arguments, or one string of them with blanks between: there is no quoting. */
export type Arguments = string | string[];

export class Program {
  constructor(
    protected readonly command: string[],
    readonly defaults: RunOptions = {},
  ) {}

  /** Runs it to its end, whatever that is. */
  async run(args: Arguments, options: RunOptions = {}): Promise<Result> {
    return await run(this.commandLine(args), this.withDefaults(options));
  }

  /** Runs it, asserts that it succeeds, and returns standard output without the last newline. */
  async ok(args: Arguments, options: RunOptions = {}): Promise<string> {
    const result = await this.run(args, options);
    equal(result.code, 0, describe(this.commandLine(args), result));
    return result.stdout.replace(/\n$/, "");
  }

  /** Runs it, asserts its exit code and what standard error says, and returns the latter. */
  async fail(
    args: Arguments,
    code: number,
    message: RegExp,
    options: RunOptions = {},
  ): Promise<string> {
    const result = await this.run(args, options);
    const description = describe(this.commandLine(args), result);
    equal(result.code, code, `exit code ${code} expected\n${description}`);
    match(result.stderr, message, `${message} expected\n${description}`);
    return result.stderr;
  }

  /** Runs a shell script in which `box` is this program, asserts that it succeeds, and returns what it prints. */
  async shell(script: string, options: RunOptions = {}): Promise<string> {
    const commandLine = ["sh", "-c", `box() { ${this.quoted([])} "$@"; }\n${script}`];
    const result = await run(commandLine, this.withDefaults(options));
    equal(result.code, 0, describe(commandLine, result));
    return result.stdout.replace(/\n$/, "");
  }

  /** Starts it and returns at once. */
  spawn(args: Arguments, options: RunOptions = {}): RunningProcess {
    return new RunningProcess(this.commandLine(args), this.withDefaults(options));
  }

  /** Starts it in a pseudo-terminal of its own, through script(1). */
  terminal(
    args: Arguments,
    { rows = 24, columns = 80, ...options }: RunOptions & { rows?: number; columns?: number } = {},
  ): RunningProcess {
    const shell = `stty rows ${rows} cols ${columns}; exec ${this.quoted(args)}`;
    return new RunningProcess(
      ["script", "--quiet", "--return", "--flush", "--command", shell, "/dev/null"],
      this.withDefaults(options),
    );
  }

  /** The command line as a shell reads it. */
  private quoted(args: Arguments): string {
    return this.commandLine(args).map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  }

  /** The program with these arguments. */
  commandLine(args: Arguments): string[] {
    return [...this.command, ...typeof args === "string" ? args.split(/\s+/) : args];
  }

  protected withDefaults(options: RunOptions): RunOptions {
    return { ...this.defaults, ...options, env: { ...this.defaults.env, ...options.env } };
  }
}
