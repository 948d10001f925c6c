/** The streams, the session and the terminal of a process. */

import { TIOCSCTTY } from "../../ffi/constants.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import type { SandboxSpec } from "./spec.ts";

export function connectStreams(
  program: SpawnProgram,
  { stdio }: Pick<SandboxSpec, "stdio">,
): void {
  stdio.forEach((fd, target) =>
    program.call("dup3", [fd, target, 0], { what: `connect stream ${target}` })
  );
}

/** A session of its own; if the streams are a terminal, it is the session's. */
export function startSession(program: SpawnProgram, isTerminal: boolean): void {
  program.call("setsid", [], { what: "start a session" });
  if (isTerminal) {
    program.call("ioctl", [0, TIOCSCTTY, 0], { what: "make the terminal the session's" });
  }
}

export function giveTerminal(program: SpawnProgram, { uid }: SandboxSpec["user"]): void {
  const SAME_GROUP = -1;
  program.call("fchown", [0, uid, SAME_GROUP], { what: "give the terminal to the user" });
}
