/**
 * System calls whose result belongs to the network namespace that a thread is in: sockets, and settings below /proc/sys/net.
 *
 * A process in a user namespace of its own may enter those network namespaces that belong to it, but could never return to the
 * host's, setns(2). So it stays where it is, and a process that shares its table of descriptors makes the calls over there.
 */

import { AT, CLONE, O } from "./constants.ts";
import { check } from "./errno.ts";
import { openAt, readSmallFile, withFd, writeAll } from "./file.ts";
import { kernel } from "./kernel.ts";
import { start } from "./spawn/process.ts";
import { SpawnProgram } from "./spawn/program.ts";
import type { Cell } from "./spawn/values.ts";

let elsewhere: number | undefined;

/** The namespace, as a descriptor, that calls are made in on behalf of this thread; undefined for the one that it is in. */
export function namespaceOfCalls(): number | undefined {
  return elsewhere;
}

/** Has the calls that a synchronous function makes be made in another namespace. */
export function callElsewhere<T>(namespace: number, action: () => T): T {
  const before = elsewhere;
  elsewhere = namespace;
  try {
    return action();
  } finally {
    elsewhere = before;
  }
}

/** socket(2): a descriptor, or a negative errno. */
export function openSocket(family: number, type: number, protocol: number): number {
  if (elsewhere === undefined) return kernel.socket(family, type, protocol);
  const program = new SpawnProgram();
  program.append(enterNamespace(elsewhere));
  const made = program.call("socket", [family, type, protocol], {
    what: "socket",
    onError: "continue",
  });
  return runWithDescriptors(program, made);
}

/** A setting by its path below /proc/sys/net. Throws SystemError: ENOENT for one that this kernel does not have. */
export function readNetworkSetting(name: string): string {
  const bytes = withFd(openSetting(name, O.RDONLY), (fd) => readSmallFile(fd, 4096));
  return new TextDecoder().decode(bytes).trim();
}

/** Throws SystemError as well: EACCES, EPERM, EROFS for one that may not be changed. */
export function writeNetworkSetting(name: string, value: string): void {
  const bytes = new TextEncoder().encode(value + "\n");
  withFd(openSetting(name, O.WRONLY), (fd) => writeAll(fd, bytes));
}

function openSetting(name: string, flags: number): number {
  const path = `/proc/sys/net/${name}`;
  if (elsewhere === undefined) return openAt(AT.FDCWD, path, flags);
  const program = new SpawnProgram();
  program.append(enterNamespace(elsewhere));
  const opened = program.call("openat", [AT.FDCWD, path, flags | O.CLOEXEC, 0], {
    what: "open",
    onError: "continue",
  });
  return check(runWithDescriptors(program, opened), "open", path);
}

/** The steps of a process that goes to a network namespace. */
export function enterNamespace(namespace: number): SpawnProgram {
  const program = new SpawnProgram();
  program.call("setns", [namespace, CLONE.NEWNET], { what: "enter the network namespace" });
  return program;
}

/** Has a process with this one's descriptors work through a program to its end; returns a result that it had. Throws SystemError. */
export function runWithDescriptors(program: SpawnProgram, result: Cell): number {
  return start(program, { sharesDescriptors: true }).finish(result);
}
