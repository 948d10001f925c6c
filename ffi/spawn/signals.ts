/** Signals of a process that is being started. */

import { SIG_SETMASK } from "../constants.ts";
import { SpawnProgram } from "./program.ts";
import { Label } from "./values.ts";

/** The size of the kernel's sigset_t, which system calls ask for. */
export const SIGSET_SIZE = 8;
export const NO_SIGNALS: Uint8Array = new Uint8Array(SIGSET_SIZE);
export const ALL_SIGNALS: Uint8Array = new Uint8Array(SIGSET_SIZE).fill(0xff);

const SIGRTMAX = 64;
/** The kernel's struct sigaction: handler (SIG_DFL is 0), flags, restorer, mask. */
const DEFAULT_ACTION = [0, 0, 0, 0];

/**
 * Gives all signals their default disposition, also those that the parent ignores (Deno SIGPIPE, nohup SIGHUP) and that
 * CLONE_CLEAR_SIGHAND therefore leaves ignored, and blocks none.
 */
export function resetSignals(): SpawnProgram {
  const program = new SpawnProgram();
  const next = new Label("next signal"), done = new Label("signals are default");
  const signal = program.cell("signal", SIGRTMAX);
  program.mark(next);
  program.call("rt_sigaction", [signal, DEFAULT_ACTION, 0, SIGSET_SIZE], {
    what: "reset the disposition of a signal",
    onError: "continue", // SIGKILL and SIGSTOP have none
  });
  program.subtract(signal, 1, { into: signal, onZero: done });
  program.jump(next);
  program.mark(done);
  program.call("rt_sigprocmask", [SIG_SETMASK, NO_SIGNALS, 0, SIGSET_SIZE], {
    what: "unblock all signals",
  });
  return program;
}
