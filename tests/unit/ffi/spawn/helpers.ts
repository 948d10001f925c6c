/** What the tests of the spawn program share. */
import { close, makePipe, read } from "../../../../ffi/file.ts";
import { exitCode } from "../../../../ffi/spawn/pidfd.ts";
import { type SpawnedProcess, start, type StartOptions } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import type { Need } from "../../../e2e/harness/needs.ts";

/** Registers a test that is skipped, with the reason in its name, where the machine lacks something. */
export function testWith(needs: Need[], name: string, fn: () => void | Promise<void>): void {
  const lacking = needs.map((need) => need()).find(Boolean);
  if (lacking) Deno.test({ name: `${name} [skipped: ${lacking}]`, ignore: true, fn });
  else Deno.test(name, fn);
}

/** A program that executes a shell with this script and this environment. */
export function shell(script: string, env: string[] = ["PATH=/bin:/usr/bin"]): SpawnProgram {
  const program = new SpawnProgram();
  program.call("execve", ["/bin/sh", ["sh", "-c", script, 0], [...env, 0]], {
    what: "execute the shell",
  });
  return program;
}

export interface Output {
  text: string;
  code: number;
}

/** Runs a program to its end, with its output and error output caught. */
export async function output(
  program: SpawnProgram,
  options?: StartOptions,
  launch: (program: SpawnProgram, options?: StartOptions) => SpawnedProcess = start,
): Promise<Output> {
  const [readEnd, writeEnd] = makePipe();
  const whole = new SpawnProgram();
  for (const fd of [1, 2]) whole.call("dup3", [writeEnd, fd, 0], { what: `redirect ${fd}` });
  whole.append(program);
  using process = launch(whole, options);
  close(writeEnd);
  try {
    const failure = process.waitUntilExecuted();
    if (failure) throw failure;
    return { text: readToEnd(readEnd), code: exitCode(await process.waitForExit()) };
  } finally {
    close(readEnd);
  }
}

/** Runs a program that executes nothing, and gives its exit code. */
export async function exitCodeOf(program: SpawnProgram): Promise<number> {
  using process = start(program);
  const failure = process.waitUntilExecuted();
  if (failure) throw failure;
  return exitCode(await process.waitForExit());
}

/** Runs a file of fixtures/ with this Deno and gives what it prints, as JSON. */
export async function runFixture(
  name: string,
  command: (deno: string[]) => string[] = (deno) => deno,
): Promise<unknown> {
  const path = new URL(`fixtures/${name}`, import.meta.url).pathname;
  const [program, ...args] = command([Deno.execPath(), "run", "-A", "--quiet", path]);
  const { stdout, stderr, success } = await new Deno.Command(program, { args }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${name}: ${text}${new TextDecoder().decode(stderr)}`);
  return JSON.parse(text);
}

export function readToEnd(fd: number): string {
  const decoder = new TextDecoder(), buffer = new Uint8Array(65536);
  let text = "";
  for (let length = read(fd, buffer); length > 0; length = read(fd, buffer)) {
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
  return text;
}
