/**
 * User namespaces, and what belongs to them, as descriptors. A process with several threads can enter none, so a process that
 * does nothing else is born in it, and ends when box has its descriptor: clone(2), user_namespaces(7).
 */

import { AT, CLONE, O } from "./constants.ts";
import { encodeName } from "./cstring.ts";
import { close, makePipe, openAt, read, withFd, writeAll } from "./file.ts";
import { formatIdMap, type IdMappings } from "./idmap.ts";
import { reap } from "./spawn/pidfd.ts";
import { Gate } from "./spawn/gate.ts";
import { type SpawnFailure, start, type StartOptions } from "./spawn/process.ts";
import { SpawnProgram } from "./spawn/program.ts";

/** A new user namespace with these ids. EINVAL for mappings that overlap, or are more than 340. */
export function createUserNamespace({ uidMappings, gidMappings }: IdMappings): number {
  return withProcess(new SpawnProgram(), { namespaces: CLONE.NEWUSER }, (pid) => {
    writeMap(`/proc/${pid}/uid_map`, formatIdMap(uidMappings));
    writeMap(`/proc/${pid}/gid_map`, formatIdMap(gidMappings));
    return openAt(AT.FDCWD, `/proc/${pid}/ns/user`, O.RDONLY);
  });
}

/** A new network namespace that belongs to a user namespace, with its loopback interface down. */
export function createNetworkNamespaceOf(userNamespace: number): number {
  const enter = new SpawnProgram(), [readyEnd, ready] = makePipe();
  enter.call("setns", [userNamespace, CLONE.NEWUSER], { what: "enter the user namespace" });
  enter.call("unshare", [CLONE.NEWNET], { what: "make a network namespace" });
  enter.call("write", [ready, "1", 1], { what: "tell that it is made" });
  try {
    return withProcess(enter, {}, (pid) => {
      close(ready); // what is read ends then with a process that could not enter
      read(readyEnd, new Uint8Array(1));
      return openAt(AT.FDCWD, `/proc/${pid}/ns/net`, O.RDONLY);
    });
  } finally {
    close(readyEnd);
  }
}

/** Calls a function while a process that has worked through a program waits. */
function withProcess<T>(
  program: SpawnProgram,
  options: StartOptions,
  action: (pid: number) => T,
): T {
  using gate = new Gate();
  let failure: SpawnFailure | undefined;
  program.append(gate.wait("its descriptors"));
  const process = start(program, options);
  let result: T;
  try {
    result = action(process.pid);
  } finally {
    gate.close();
    failure = process.waitUntilExecuted();
    if (failure === undefined) {
      reap(process.pidfd);
      process.close();
    }
  }
  if (failure === undefined) return result;
  throw failure;
}

/** The kernel takes a map in one write only. */
function writeMap(path: string, map: string): void {
  withFd(openAt(AT.FDCWD, path, O.WRONLY), (fd) => writeAll(fd, encodeName(map)));
}
