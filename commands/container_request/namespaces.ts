/** --pid, --ipc and --uts: the namespaces that a container shares. */
import { UsageError } from "../cli/errors.ts";

/** Passes on `host`, `container:NAME` or nothing. Throws a UsageError in Docker's words. */
export function checkPidMode(mode: string): string {
  if (/^(host|container:[^:]+)?$/.test(mode)) return mode;
  throw new UsageError("--pid: invalid PID mode");
}

/** Passes on `host` or nothing. Throws a UsageError in Docker's words. */
export function checkUtsMode(mode: string): string {
  if (mode === "" || mode === "host") return mode;
  throw new UsageError("--uts: invalid UTS mode");
}
