/** What a container writes, on its way into its log and to all who are attached. */

import type { SystemError } from "../../../ffi/errno.ts";
import { Timer } from "../../../ffi/timer.ts";
import { type ContainerLog, openLog } from "../log/container_log.ts";
import { Spool } from "../log/spool.ts";
import type { RunningContainer } from "../running.ts";
import type { StreamName } from "../streams.ts";
import { type Drain, drain } from "./drain.ts";

/** Milliseconds that output may still come after the end, from a process outside the container's pid namespace: dockerd's. */
const OUTPUT_AFTER_END = 2000;

/** Shows what was written. A promise holds the container's output up until it is fulfilled. */
type Show = (stream: StreamName, bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;

export class ContainerOutput {
  private readonly log: ContainerLog;
  private readonly drains: Drain[] = [];
  private readonly spools: Spool[] = [];

  /** Owns the container's ends of its output. */
  constructor(
    { store, container, hostConfig, ends }: RunningContainer,
    private readonly show: Show,
  ) {
    this.log = openLog(store, container, hostConfig, ends.stdoutSpool);
    if (ends.terminal !== undefined) {
      this.open("stdout", ends.terminal, ends.stdoutSpool, ends.terminalPipe);
    }
    if (ends.stdout !== undefined) this.open("stdout", ends.stdout, ends.stdoutSpool);
    if (ends.stderr !== undefined) this.open("stderr", ends.stderr, ends.stderrSpool);
  }

  /** Why the log is incomplete, if it is. */
  get failure(): SystemError | undefined {
    return this.log.failure;
  }

  /** Resolves when all that the container has written is in the log and was shown, after its end. */
  async ends(): Promise<void> {
    {
      using _ = new Timer(OUTPUT_AFTER_END, () => this.drains.forEach((each) => each.stop()));
      await Promise.all(this.drains.map((each) => each.ended));
    }
    this.log.close();
    this.spools.forEach((each) => each.close());
  }

  /** Lets another process go on. */
  release(): void {
    this.drains.forEach((each) => each.stop());
    this.log.release();
    this.spools.forEach((each) => each.close());
  }

  private open(stream: StreamName, source: number, file?: number, terminalPipe?: number): void {
    const { log } = this;
    if (file === undefined) { // nothing that a log must not lose
      const receive = (bytes: Uint8Array<ArrayBuffer>) => {
        log.write(stream, bytes);
        return this.show(stream, bytes);
      };
      this.drains.push(drain(source, receive));
      return;
    }
    const spool = new Spool(file, terminalPipe, log.recorded[stream]);
    const receive = (bytes: Uint8Array<ArrayBuffer>) => {
      log.write(stream, bytes);
      spool.release(log.recorded[stream]);
      return this.show(stream, bytes);
    };
    const rest = new Uint8Array(spool.hasRest ? 65536 : 0);
    while (spool.hasRest) log.write(stream, rest.subarray(0, spool.read(source, rest)));
    this.spools.push(spool);
    this.drains.push(drain(source, receive, (fd, buffer) => spool.read(fd, buffer)));
  }
}
