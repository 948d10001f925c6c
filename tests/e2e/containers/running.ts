/** Containers that run beside a test. */

import { deepEqual } from "node:assert/strict";
import type { Box } from "../harness/box.ts";
import { describe, type RunningProcess, type RunOptions } from "../harness/process.ts";
import type { Arguments } from "../harness/program.ts";

/** Runs a shell script in a container of image busybox, and returns when it has printed `ready`. */
export async function runBeside(
  box: Box,
  options: string,
  script: string,
): Promise<RunningProcess> {
  const process = box.spawn(["run", ...options.split(" "), "busybox", "sh", "-c", script]);
  await process.waitFor("ready\n");
  return process;
}

/** A script that does nothing for ever, but for what it has trapped: the first process of a container is deaf to other signals. */
export const idle = "echo ready; while :; do sleep 0.05; done";

/** A fact that `inspect` tells of a container. */
export async function inspect(box: Box, format: string, name: string): Promise<string> {
  return await box.ok(["inspect", "-f", format, name]);
}

/** Runs a command and asserts all that it says. */
export async function answers(
  box: Box,
  args: Arguments,
  expected: { code?: number; stdout?: string; stderr?: string } & RunOptions,
): Promise<void> {
  const { code = 0, stdout = "", stderr = "", ...options } = expected;
  const result = await box.run(args, options);
  deepEqual(
    { code: result.code, stdout: result.stdout, stderr: result.stderr },
    { code, stdout, stderr },
    describe(box.commandLine(args), result),
  );
}

/** Asserts that a command fails with this line. */
export async function fails(box: Box, args: Arguments, line: string, stdout = ""): Promise<void> {
  await answers(box, args, { code: 1, stdout, stderr: `${line}\n` });
}
