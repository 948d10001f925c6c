/** Starting a spawn program. */

import { errnoName, isErrno, SystemError } from "../errno.ts";
import { close } from "../file.ts";
import { kernel } from "../kernel.ts";
import { clone3Steps, type CloneOptions, type CloneSteps, cloneSteps } from "./clone.ts";
import { encode } from "./encode.ts";
import { ProgramMemory } from "./memory.ts";
import { type ExitStatus, reap, sendSignal, waitForExit } from "./pidfd.ts";
import { SpawnProgram, type Step } from "./program.ts";
import type { Cell } from "./values.ts";

export interface StartOptions extends CloneOptions {
  /**
   * "shared": what processes that the program forks store is seen by all of them and by the parent. "private" (default):
   * a fork without CLONE_VM gets a copy.
   */
  readonly memory?: "private" | "shared";
}

/** A step that failed and thereby ended its process. */
export class SpawnFailure extends SystemError {
  constructor(readonly step: Step, errno: number) {
    super(step.what, "", errno);
  }
}

/** Set once clone3 is known to be missing. */
let cloneWithoutClone3 = false;

/** Asks whether there is clone3(2), by a request that is too short for it. */
export function learnClone(): void {
  const answer = errnoName(-kernel.clone3(null, 0n));
  cloneWithoutClone3 ||= answer === "ENOSYS" || answer === "EPERM";
}

/** The way in which a process is to be made on this host, as far as is known. */
export function preferredClone(): (options: CloneOptions) => CloneSteps {
  return cloneWithoutClone3 ? cloneSteps : clone3Steps;
}

/** Starts a process that works through the program. Throws SystemError if there can be none. */
export function start(program: SpawnProgram, options: StartOptions = {}): SpawnedProcess {
  if (cloneWithoutClone3) return SpawnedProcess.launch(program, options, cloneSteps);
  try {
    return SpawnedProcess.launch(program, options, clone3Steps);
  } catch (error) {
    // Seccomp policies that do not know clone3 answer EPERM where they are old, ENOSYS where they are newer.
    if (!isErrno(error, "ENOSYS", "EPERM")) throw error;
    const process = SpawnedProcess.launch(program, options, cloneSteps);
    cloneWithoutClone3 = true;
    return process;
  }
}

/** A process that works through a spawn program, or has done so. */
export class SpawnedProcess {
  readonly #memory: ProgramMemory;
  readonly #alive: Cell;
  #closed = false;

  private constructor(
    readonly pid: number,
    /** Close-on-exec; the owner of this object closes it with close(). */
    readonly pidfd: number,
    memory: ProgramMemory,
    alive: Cell,
  ) {
    this.#memory = memory;
    this.#alive = alive;
  }

  /** Starts a process in one particular way: see start(). */
  static launch(
    program: SpawnProgram,
    options: StartOptions,
    make: (options: CloneOptions) => CloneSteps,
  ): SpawnedProcess {
    const steps = make(options), whole = new SpawnProgram();
    whole.append(steps.program);
    whole.return(steps.pid);
    whole.mark(steps.child);
    whole.append(steps.inChild);
    whole.append(program);
    const memory = new ProgramMemory(encode(whole), options.memory ?? "private");
    const pid = memory.run();
    if (pid < 0) {
      memory.free();
      throw new SystemError("create process", "", -pid);
    }
    return new SpawnedProcess(pid, memory.value(steps.pidfd), memory, steps.alive);
  }

  /** What a variable or the result of a step holds now; until the memory is freed. */
  value(cell: Cell): number {
    return this.#memory.value(cell);
  }

  /**
   * Waits, blocking the thread, until the process has executed another program or has ended, and frees the memory. Returns
   * the failure if one has ended it; the process has then been reaped. Whether it exited without executing anything, or was
   * killed, is for its exit status to say.
   *
   * Executed means that execve has passed its point of no return. The kernel closes the close-on-exec descriptors and changes
   * /proc/PID/comm a moment later.
   */
  waitUntilExecuted(): SpawnFailure | undefined {
    const failure = this.waitUntilCleared(this.#alive);
    this.#memory.free();
    if (failure !== undefined) {
      reap(this.pidfd);
      this.close();
    }
    return failure;
  }

  /**
   * Waits until the kernel clears a variable of the program, and returns the failure that any of its processes left. For a
   * process that the program forks itself, with the variable as its child_tid and CLONE_CHILD_CLEARTID, in shared memory.
   */
  waitUntilCleared(cell: Cell): SpawnFailure | undefined {
    this.#memory.waitUntilCleared(cell);
    const step = this.#memory.failedStep();
    return step && new SpawnFailure(step, -this.#memory.value(step.result));
  }

  /**
   * Waits, blocking the thread, for the end of a process that executes nothing, and returns what one of its steps gave. Throws
   * the failure if one has ended it.
   */
  finish(result: Cell): number {
    const failure = this.waitUntilCleared(this.#alive), value = this.#memory.value(result);
    this.#memory.free();
    reap(this.pidfd);
    this.close();
    if (failure !== undefined) throw failure;
    return value;
  }

  /** Waits for the end of the process without blocking, and frees its pid. */
  waitForExit(): Promise<ExitStatus> {
    return waitForExit(this.pidfd);
  }

  /** Sends a signal. False: the process is gone. */
  sendSignal(signal: number): boolean {
    return sendSignal(this.pidfd, signal);
  }

  /** Closes the pidfd. */
  close(): void {
    if (!this.#closed) close(this.pidfd);
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
