/** What a container uses of the host, as far as the kernel tells it. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { isErrno } from "../../ffi/errno.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { readProcessStat, readProcFile, TICKS_PER_SECOND } from "./proc_file.ts";
import { type LimitingGroup, limitingGroup } from "../sandbox/cgroup.ts";
import { groupOf } from "./group.ts";
import { cgroupOf, processesOf } from "./processes.ts";

export interface ResourceUsage {
  /** Seconds of processor time since the start. */
  readonly cpuTime: number;
  /** Bytes, without what the page cache could give back at once. */
  readonly memory: number;
  /** Bytes; the host's memory for a container without a limit. */
  readonly memoryLimit: number;
  /** Bytes over all network interfaces but lo. */
  readonly received: number;
  readonly sent: number;
  /** Bytes that went to and came from block devices. */
  readonly read: number;
  readonly written: number;
  /** Processes and their threads. */
  readonly pids: number;
}

/**
 * The control groups' own counters, where there are any: of cgroup v2 the time is always there, the rest with the controllers
 * memory, io and pids, in a group of cgroup v1 as well if the container has such a limit. Where it has not, sums over the container's processes take their place:
 * - time: that of the processes, and of their children that have ended and were waited for;
 * - memory: proportional set sizes (a page that is mapped more than once is divided), so that the page cache does not count,
 *   nor does what the kernel itself holds for the container;
 * - input and output: of the processes, and of their children as above; written is what was handed to the page cache for
 *   writing out.
 */
export function readUsage(container: ContainerFile, hostConfig: HostConfig): ResourceUsage {
  const pids = processesOf(container), group = cgroupOf(container)?.path;
  const own = groupOf(container);
  const memory = limitingGroup("memory", own), tasks = limitingGroup("pids", own);
  const read = (name: string) => group === undefined ? undefined : readCounters(group, name);
  const io = readBlockIo(read("io.stat")) ?? sumBlockIo(pids);
  return {
    cpuTime: readCpuTime(read("cpu.stat")) ?? sumCpuTime(pids),
    memory: memory && readMemory(memory) || sumMemory(pids),
    memoryLimit: Math.min(memory && readMemoryLimit(memory) || Infinity, hostMemory()),
    ...networkTraffic(container, hostConfig),
    ...io,
    pids: readNumber(tasks && readCounters(tasks.path, "pids.current")) ?? sumThreads(pids),
  };
}

function readCounters(group: string, name: string): string | undefined {
  try {
    return readTextIfExists(`${group}/${name}`);
  } catch (error) {
    if (isErrno(error, "ENODEV", "EOPNOTSUPP")) return undefined; // the group is gone, or has no such controller
    throw error;
  }
}

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.trim());
}

function readCpuTime(stat: string | undefined): number | undefined {
  const microseconds = /^usage_usec (\d+)$/m.exec(stat ?? "")?.[1];
  return microseconds === undefined ? undefined : Number(microseconds) / 1e6;
}

function sumCpuTime(pids: readonly number[]): number {
  return sum(pids.map((pid) => {
    const stat = readProcessStat(pid);
    return stat === undefined ? 0 : (stat.ownTime + stat.childrenTime) / TICKS_PER_SECOND;
  }));
}

function readMemory({ version, path }: LimitingGroup): number | undefined {
  const used = readNumber(
    readCounters(path, version === 1 ? "memory.usage_in_bytes" : "memory.current"),
  );
  if (used === undefined) return undefined;
  const stat = readCounters(path, "memory.stat") ?? "";
  // What cgroup v1 calls inactive_file is without that of groups below.
  const cache = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(stat)?.[1] ?? 0);
  return cache < used ? used - cache : used;
}

/** Bytes; NaN if there is none. */
function readMemoryLimit({ version, path }: LimitingGroup): number {
  return Number(readCounters(path, version === 1 ? "memory.limit_in_bytes" : "memory.max")?.trim());
}

function sumMemory(pids: readonly number[]): number {
  return sum(pids.map((pid) => {
    const proportional = kibibytes(/^Pss: +(\d+) kB$/m, readProcFile(pid, "smaps_rollup"));
    return proportional ?? kibibytes(/^VmRSS:\s+(\d+) kB$/m, readProcFile(pid, "status")) ?? 0;
  }));
}

/** In bytes. */
function kibibytes(pattern: RegExp, text: string | undefined): number | undefined {
  const number = pattern.exec(text ?? "")?.[1];
  return number === undefined ? undefined : Number(number) * 1024;
}

let knownHostMemory: number | undefined;

function hostMemory(): number {
  return knownHostMemory ??= Deno.systemMemoryInfo().total;
}

/** A container that uses the host's network has no traffic of its own. */
function networkTraffic({ State: { Pid } }: ContainerFile, { NetworkMode }: HostConfig) {
  const interfaces = NetworkMode === "host" ? "" : readProcFile(Pid, "net/dev") ?? "";
  const rows = interfaces.split("\n").flatMap((line) => {
    const [, name, counters] = /^ *([^:]+):(.*)$/.exec(line) ?? [];
    return name === undefined || name === "lo" ? [] : [counters.trim().split(/ +/).map(Number)];
  });
  const SENT = 8; // the ninth column: proc_pid_net(5)
  return {
    received: sum(rows.map((row) => row[0])),
    sent: sum(rows.map((row) => row[SENT])),
  };
}

function readBlockIo(stat: string | undefined) {
  if (stat === undefined) return undefined;
  return { read: sumOf(/\brbytes=(\d+)/g, stat), written: sumOf(/\bwbytes=(\d+)/g, stat) };
}

function sumBlockIo(pids: readonly number[]) {
  const files = pids.map((pid) => readProcFile(pid, "io") ?? "").join("\n");
  return {
    read: sumOf(/^read_bytes: (\d+)/gm, files),
    written: sumOf(/^write_bytes: (\d+)/gm, files),
  };
}

function sumThreads(pids: readonly number[]): number {
  return sum(pids.map((pid) => readProcessStat(pid)?.threads ?? 0));
}

function sumOf(pattern: RegExp, text: string): number {
  return sum([...text.matchAll(pattern)].map(([, number]) => Number(number)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
