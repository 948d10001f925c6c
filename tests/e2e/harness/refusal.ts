/** Commands that must refuse: in one clear line, and with everything as it was before. */

import { deepEqual, equal, match } from "node:assert/strict";
import type { Box } from "./box.ts";
import { storeLeftovers } from "./leftovers.ts";
import { describe, run, type RunOptions } from "./process.ts";
import type { Arguments } from "./program.ts";

export interface Refusal extends RunOptions {
  /** 1 unless something else is said. */
  code?: number;
  /** The one line on standard error. `STORE` stands for the store's root. */
  message: string | RegExp;
  /** What stays on standard output; nothing by default. */
  stdout?: string;
  /** The store that must stay as it is, if it is not the box's own. */
  root?: string;
  /** Whether the store is damaged, so that it cannot be told what in it belongs to what. */
  damaged?: boolean;
}

/**
 * Runs a command and asserts its exit code, that it has one line to say, and that the store is then file by file what it was,
 * without anything unfinished or mounted.
 */
export async function refuses(
  box: Box,
  args: Arguments,
  { code = 1, message, stdout = "", root = box.root, damaged = false, ...options }: Refusal,
): Promise<void> {
  const before = await snapshot(root);
  const env = { ...options.env, BOX_ROOT: root };
  const result = await box.run(args, { ...options, env });
  const description = describe(box.commandLine(args), result);
  equal(result.code, code, `exit code ${code} expected\n${description}`);
  equal(result.stdout, stdout, description);
  const line = onlyLine(result.stderr, description).replaceAll(root, "STORE");
  if (typeof message === "string") equal(line, message, description);
  else match(line, message, description);
  const changes = changed(before, await snapshot(root));
  equal(changes.length, 0, `the store has changed:\n${changes.join("\n")}\n${description}`);
  if (!damaged) assertTidy(root);
}

/** Asserts that nothing in a store belongs to nothing, and that nothing below it is mounted. */
export function assertTidy(root: string): void {
  deepEqual(storeLeftovers(root), []);
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo").split("\n");
  deepEqual(mounts.filter((line) => line.includes(` ${root}/`)), [], "something is mounted");
}

/** The line that a command ends with; docker's hint at its help is not counted. */
export function onlyLine(stderr: string, description = stderr): string {
  const lines = stderr.replace(/\nSee 'box [a-z ]+ --help'\.\n$/, "\n").split("\n");
  equal(lines.length, 2, `one line expected\n${description}`);
  equal(lines[1], "", description);
  return lines[0];
}

/** The lines that only one of two snapshots has. */
function changed(before: readonly string[], after: readonly string[]): string[] {
  const old = new Set(before), now = new Set(after);
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}

/** Every path below a directory with its type; of what is no directory also size, time and target. */
async function snapshot(root: string): Promise<string[]> {
  const form = ["(", "-type", "d", "-printf", "%P %y\\n", ")", "-o"];
  const other = ["-printf", "%P %y %s %T@ %l\\n"];
  // Events tell also what came to nothing; the leases of a network go a moment after the last of its containers.
  const passing = ["events", "network/leases/*"].flatMap((
    path,
  ) => ["-path", `${root}/${path}`, "-prune", "-o"]);
  const { stdout } = await run(["find", root, ...passing, ...form, ...other]);
  return stdout.split("\n").sort();
}
