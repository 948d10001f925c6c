/** The gate: where a new process waits until its parent has made what the process needs (uid_map, network, cgroup). */

import { close, makePipe, writeAll } from "../file.ts";
import { PR, SIGNALS } from "../constants.ts";
import { SpawnProgram } from "./program.ts";
import { Label } from "./values.ts";

const POLLIN = 1;
/** Exit status of a process whose parent is gone or has closed the gate; nobody is there to read it. */
const ABANDONED = 1;

/**
 * A pipe of which only the parent holds the writing end. One byte opens the gate; its end means that the parent gave up or
 * died, and then the process exits.
 */
export class Gate {
  readonly #readEnd: number;
  readonly #writeEnd: number;
  #open = true;

  constructor() {
    [this.#readEnd, this.#writeEnd] = makePipe();
  }

  /** The steps that wait for open(). `purpose` completes "wait for ". */
  wait(purpose: string): SpawnProgram {
    const program = new SpawnProgram(), opened = new Label("gate is open");
    program.call("close", [this.#writeEnd], { what: "close the gate's other end" });
    const count = program.call("read", [this.#readEnd, program.block("byte", 8), 1], {
      what: `wait for ${purpose}`,
    });
    program.subtract(count, 1, { onZero: opened });
    program.call("exit_group", [ABANDONED], { what: "exit: the parent has given up" });
    program.mark(opened);
    return program;
  }

  /**
   * The steps that make the kernel kill the process when the thread that started it ends: PR_SET_PDEATHSIG, which a change
   * of credentials undoes, so they belong behind it. A parent that died before is noticed by the state of the gate, through
   * which the process must have come: hold the gate until the process has executed its program.
   */
  dieWithParent(): SpawnProgram {
    const program = new SpawnProgram(), alive = new Label("parent is alive");
    program.call("prctl", [PR.SET_PDEATHSIG, SIGNALS.SIGKILL], {
      what: "tie the process to its parent",
    });
    const pollfd = new DataView(new ArrayBuffer(8));
    pollfd.setInt32(0, this.#readEnd, true);
    pollfd.setInt16(4, POLLIN, true);
    const poll = program.block("gate", new Uint8Array(pollfd.buffer));
    const immediately = program.block("timeout", 16);
    program.call("ppoll", [poll, 1, immediately, 0, 0], {
      what: "look for the parent",
      onZero: alive,
    });
    program.call("exit_group", [ABANDONED], { what: "exit: the parent is gone" });
    program.mark(alive);
    return program;
  }

  /** Lets the process through. */
  open(): void {
    writeAll(this.#writeEnd, new Uint8Array(1));
  }

  /** Closes the parent's descriptors: a process that still waits exits. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    close(this.#readEnd);
    close(this.#writeEnd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
