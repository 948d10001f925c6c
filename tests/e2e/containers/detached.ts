/** Containers that run in the background, and the processes that keep them. */

import { equal } from "node:assert/strict";
import { type Box, eventually } from "../harness.ts";

/** What box keeps in a container's config.v2.json, as far as tests look at it. */
interface ContainerNotes {
  ID: string;
  State: { Running: boolean; Restarting: boolean; Pid: number };
  BoxProcess?: { StartTime: string; BootID: string };
  BoxKeeper?: { Pid: number; StartTime: string; BootID: string };
}

/** Where a container has its files. */
export async function directoryOf(box: Box, name: string): Promise<string> {
  return `${box.root}/containers/${await Deno.readLink(`${box.root}/names/${name}`)}`;
}

export async function readNotes(box: Box, name: string): Promise<ContainerNotes> {
  return JSON.parse(await Deno.readTextFile(`${await directoryOf(box, name)}/config.v2.json`));
}

/** Changes what a container's file says. */
export async function changeNotes(
  box: Box,
  name: string,
  change: (notes: ContainerNotes) => void,
): Promise<void> {
  const notes = await readNotes(box, name);
  change(notes);
  const path = `${await directoryOf(box, name)}/config.v2.json`;
  await Deno.writeTextFile(path, JSON.stringify(notes));
}

/** Pids of the store's background monitors: there should be one or none. */
export function monitorsOf(box: Box): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) =>
    pid > 0 && argumentsOf(pid).join(" ").includes(` monitor ${box.root} `)
  );
}

function argumentsOf(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
  } catch {
    return []; // has ended
  }
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  await eventually(`process ${pid} is gone`, () => !isAlive(pid));
}

/** Kills the store's background monitor, as an impatient administrator does. */
export async function killMonitor(box: Box): Promise<void> {
  const monitors = monitorsOf(box);
  equal(monitors.length, 1, "one background monitor");
  Deno.kill(monitors[0], "SIGKILL");
  await untilGone(monitors[0]);
}

/** Waits until nobody looks after containers any more, and asserts that the socket is gone, too. */
export async function untilNobodyMonitors(box: Box): Promise<void> {
  await eventually("the background monitor has ended", () => monitorsOf(box).length === 0);
  equal(exists(`${box.root}/monitor.sock`), false, "monitor.sock is there");
}

export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Waits until `logs` of a container holds a text. */
export async function untilLogged(box: Box, name: string, text: string | RegExp): Promise<void> {
  await eventually(`${name} has logged ${text}`, async () => {
    const { stdout } = await box.run(`logs ${name}`);
    return typeof text === "string" ? stdout.includes(text) : text.test(stdout);
  });
}

/** A shell script that ends with this code when the container gets SIGTERM. */
export function endsOnTerm(code: number): string {
  return `trap 'exit ${code}' TERM; while :; do sleep 0.05; done`;
}
