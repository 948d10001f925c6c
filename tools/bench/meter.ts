/** Running a program once, and how much of something it took. */

import { findProgram } from "../../tests/e2e/harness/needs.ts";
import { residentMemory } from "./resident.ts";
import type { Row } from "./row.ts";

export interface MeteredProcess {
  readonly commandLine: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Pid of the process that does the work for it, if that is another one. */
  readonly daemon?: number;
  /** What tells the processes that it leaves running: resident.ts. */
  readonly trace: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export type Meter = (process: MeteredProcess) => Promise<number>;

/**
 * Milliseconds until it has ended. Returns only when what it left running in the background is done
 * as well, so that this does not disturb the next measurement.
 *
 * @throws {Error} with the end of its standard error when it fails.
 */
export const wallTime: Meter = async ({ commandLine, environment, signal }) => {
  const [program, ...args] = commandLine;
  const began = performance.now();
  const child = new Deno.Command(program, {
    args,
    env: environment,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal,
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const { success, code } = await child.status;
  const milliseconds = performance.now() - began;
  const complaint = (await stderr).trim().split("\n").slice(-2).join(" ");
  if (!success) throw new Error(complaint || `${program} ended with code ${code}`);
  return milliseconds;
};

/** 10^6 bytes that it and its children had in memory at most; of a daemon, that alone. */
const peakMemory: Meter = (process) =>
  process.daemon === undefined ? peakOfProcess(process) : peakOfDaemon(process, process.daemon);

/** Asks time(1), because getrusage(2) would count what the bench itself had before exec. */
async function peakOfProcess(process: MeteredProcess): Promise<number> {
  const time = findProgram("time");
  if (time === undefined) throw new Error("no time(1) here");
  const report = await Deno.makeTempFile();
  try {
    const commandLine = [time, "--format=%M", `--output=${report}`, ...process.commandLine];
    await wallTime({ ...process, commandLine });
    return kibibytes(await Deno.readTextFile(report));
  } finally {
    await Deno.remove(report);
  }
}

/** proc_pid_clear_refs(5): 5 resets the peak of resident memory that `status` shows. */
async function peakOfDaemon(process: MeteredProcess, pid: number): Promise<number> {
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  await wallTime(process);
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return kibibytes(status.match(/^VmHWM:\s*(\d+) kB$/m)?.[1]);
}

function kibibytes(text: string | undefined): number {
  return Number(text) * 1024 / 1e6;
}

/** Of all that was left running, once that has done most of its work. */
const memoryLeft: Meter = async (process) => {
  await wallTime(process);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER));
  return residentMemory(process.trace);
};

/** Milliseconds. */
const SETTLED_AFTER = 3000;

export const meters: Record<Row["unit"], Meter> = {
  ms: wallTime,
  MB: peakMemory,
  PSS: memoryLeft,
};
