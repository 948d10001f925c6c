/** What every process of a container does last, wherever it comes from: from its place to the rights that it executes with. */

import { closeAllBut } from "../../ffi/spawn/descriptors.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import type { SandboxLimits } from "./limits/spec.ts";
import { planResourceLimits } from "./limits/resource_limits.ts";
import type { HostFacts } from "./plan.ts";
import { planRights } from "./security.ts";
import { connectStreams, giveTerminal, startSession } from "./session.ts";
import type { SandboxSpec } from "./spec.ts";

export interface ProcessSpec
  extends Pick<SandboxSpec, "stdio" | "user" | "workingDirectory" | "security"> {
  readonly limits?: Pick<SandboxLimits, "ulimits">;
}

export interface ProcessOptions {
  /** Whether the streams are a terminal. */
  readonly isTerminal: boolean;
  /** One that is born among others has its session from where it is born. */
  readonly startsSession: boolean;
  /** Descriptors that are still needed. */
  readonly fds: readonly number[];
}

/** Appends the last steps of a plan, in the new root. */
export function planProcess(
  program: SpawnProgram,
  spec: ProcessSpec,
  host: Pick<HostFacts, "lastCapability" | "userNamespace">,
  { isTerminal, startsSession, fds }: ProcessOptions,
): void {
  connectStreams(program, spec);
  if (startsSession) startSession(program, isTerminal);
  if (isTerminal) giveTerminal(program, spec.user);
  // From here on no path leads out of the root through /proc/self/fd (CVE-2024-21626), chdir's included: none is a directory.
  program.append(closeAllBut(fds));
  // Some of them would keep files from being opened; and only now, since the right to raise them goes with the user.
  planResourceLimits(program, spec.limits?.ulimits ?? []);
  leaveKeyring(program);
  program.call("chdir", [spec.workingDirectory], {
    what: `change to the working directory ${spec.workingDirectory}`,
  });
  planRights(program, spec, host);
}

/** Whoever started box may have keys in its session keyring, which is inherited; a process that has left it finds none. */
function leaveKeyring(program: SpawnProgram): void {
  const KEYCTL_JOIN_SESSION_KEYRING = 1;
  program.call("keyctl", [KEYCTL_JOIN_SESSION_KEYRING, 0], {
    what: "leave the session keyring",
    onError: "continue", // a kernel without keys
  });
}
