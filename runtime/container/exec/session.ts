/** Being attached to a process that was executed in a container. */

import { EPOLL, SIGNALS } from "../../../ffi/constants.ts";
import { close, duplicate, read } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import { EXIT_STATUS_SIZE } from "../../../ffi/spawn/keeper_wait.ts";
import { Timer } from "../../../ffi/timer.ts";
import { setWindowSize, type WindowSize } from "../../../ffi/terminal.ts";
import { decodeExitStatus } from "../exit_status.ts";
import { type Drain, drain } from "../monitor/drain.ts";
import { ContainerInput } from "../monitor/input.ts";
import { recordContainerEvent } from "../record_event.ts";
import type { StreamName } from "../streams.ts";
import type { ExecProcess } from "./exec.ts";
import { recordExecEnd } from "./record_end.ts";

/** The exit code where nobody was left to tell it. */
const KILLED = 128 + SIGNALS.SIGKILL;

/** Milliseconds that output may still come after the end, from processes that were left behind: dockerd's. */
const OUTPUT_AFTER_END = 2000;

export class ExecSession {
  /** What the process reads; undefined if it reads nothing. */
  readonly input: ContainerInput | undefined;
  /**
   * Resolves with the exit code when the process has ended and all that it wrote was passed on; 128 + signal if it was killed.
   * Rejects with what the receiver of the output has thrown; the process is killed then.
   */
  readonly exited: Promise<number>;
  private readonly drains: Drain[];
  /** The process's terminal, until it is closed. */
  private terminal: number | undefined;

  /** The bytes are valid during the call of `output`. A promise holds the process's output up until it is fulfilled. */
  constructor(
    private readonly process: ExecProcess,
    output: (stream: StreamName, bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>,
  ) {
    const { ends } = process;
    // A terminal is read and written: one descriptor for each, since each is closed when it is done with.
    const inputFd = ends.terminal === undefined ? ends.stdin : duplicate(ends.terminal);
    this.input = inputFd === undefined ? undefined : new ContainerInput(inputFd);
    const streams: [StreamName, number | undefined][] = [
      ["stdout", ends.terminal ?? ends.stdout],
      ["stderr", ends.stderr],
    ];
    this.drains = streams.flatMap(([name, fd]) =>
      fd === undefined ? [] : drain(fd, (bytes) => output(name, bytes))
    );
    this.terminal = ends.terminal;
    this.exited = this.follow();
  }

  /** Sets the size of the process's terminal, if it has one. */
  resize(size: WindowSize): void {
    if (this.terminal !== undefined) setWindowSize(this.terminal, size);
  }

  /** Passes on what there is to read, until it ends, and then its end. */
  async feed(input: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      for await (const chunk of input) await this.input?.write(chunk);
    } finally {
      // A terminal's input has no end.
      if (this.process.ends.terminal === undefined) this.input?.close();
    }
  }

  /** Leaves the process to the container's monitor. `exited` stays open. */
  async detach(): Promise<void> {
    const { store, container, id, ends: { end } } = this.process;
    this.letGo();
    poller.unwatch(end);
    await (await import("./hand_over.ts")).handOver(this.process);
    recordContainerEvent(store, container, "exec_detach", { execID: id });
  }

  /** Kills the process. */
  kill(): void {
    this.process.keeper.endProcess();
  }

  private async follow(): Promise<number> {
    const exitCode = this.exitCode();
    try {
      await Promise.race([exitCode, this.outputFails()]);
      await this.outputEnds();
    } finally {
      this.letGo();
      this.kill();
      await exitCode;
      this.process.keeper.dismiss();
    }
    return exitCode;
  }

  private async exitCode(): Promise<number> {
    const { store, container, id, ends: { end } } = this.process;
    await new Promise<void>((resolve) => poller.watch(end, EPOLL.IN, () => resolve()));
    poller.unwatch(end);
    const bytes = new Uint8Array(EXIT_STATUS_SIZE);
    const code = decodeExitStatus(bytes.subarray(0, read(end, bytes))) ?? KILLED;
    close(end);
    recordExecEnd(store, container, id, code);
    return code;
  }

  private async outputFails(): Promise<never> {
    await Promise.all(this.drains.map((each) => each.ended));
    this.terminal = undefined;
    return await new Promise(() => {}); // it has ended, which is no failure
  }

  private async outputEnds(): Promise<void> {
    using _ = new Timer(OUTPUT_AFTER_END, () => this.drains.forEach((each) => each.stop()));
    await Promise.all(this.drains.map((each) => each.ended));
  }

  private letGo(): void {
    this.terminal = undefined;
    this.drains.forEach((each) => each.stop());
    this.input?.close();
  }
}
