/** Running a container in the foreground: this process is its monitor, and attached to it. */

import { SIGNALS } from "../../ffi/constants.ts";
import { Timer } from "../../ffi/timer.ts";
import type { WindowSize } from "../../ffi/terminal.ts";
import { readContainer, readHostConfig } from "../../storage/container/container_store.ts";
import type { Store } from "../../storage/store.ts";
import { ExecutionRefused } from "../sandbox/start.ts";
import { launchContainer } from "./launch.ts";
import { ensureMonitored } from "./monitor/background_client.ts";
import { type Attachment, Monitor } from "./monitor/monitor.ts";
import { recordContainerEvent } from "./record_event.ts";
import { awaitsRestart } from "./state.ts";
import type { RunningContainer } from "./running.ts";

/** What box's caller has to do with a container's streams. */
export interface Foreground extends Attachment {
  /** What the container reads; it may see the end when this ends. Only used for a container with an open stdin. */
  readonly stdin?: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The size that its terminal has from the start, if it has one. */
  readonly windowSize?: WindowSize;
  warn(problem: string): void;
}

export interface ForegroundContainer {
  /** Sends a signal to the container's first process. */
  signal(signal: number): void;
  /** Sets the size of its terminal. */
  resize(size: WindowSize): void;
  /** Leaves it running in the background. */
  detach(): Promise<void>;
  /** Resolves with the exit code when the container has ended and everything it wrote was passed on; 128 + signal if killed. */
  readonly exited: Promise<number>;
}

/** Milliseconds after which others can attach to it, too: most do not live that long. */
const SERVED_AFTER = 20;

/**
 * Starts a container. Throws StartError with docker's exit code if its program cannot be started; the container is then as it
 * was, with the reason in its state. One that is to be removed when it exits ends with this process.
 */
export async function startForeground(
  store: Store,
  id: string,
  foreground: Foreground,
): Promise<ForegroundContainer> {
  const tied = readHostConfig(store, id).AutoRemove, { windowSize } = foreground;
  recordContainerEvent(store, readContainer(store, id), "attach");
  try {
    const running = await launchContainer(store, id, { tied, attached: true, windowSize });
    return new Session(running, foreground, tied);
  } catch (error) {
    if (!(error instanceof ExecutionRefused)) throw error;
    foreground.output("stderr", new TextEncoder().encode(error.message + "\n"));
    if (awaitsRestart(store, id)) await ensureMonitored(store);
    const nothing = () => {};
    return {
      signal: nothing,
      resize: nothing,
      detach: () => Promise.resolve(),
      exited: Promise.resolve(error.exitCode),
    };
  }
}

class Session implements ForegroundContainer {
  readonly exited: Promise<number>;
  private readonly monitor: Monitor;
  private readonly lost = Promise.withResolvers<never>();
  private readonly serving: Timer;

  constructor(
    private readonly running: RunningContainer,
    private readonly foreground: Foreground,
    private readonly tied: boolean,
  ) {
    this.monitor = new Monitor(running);
    this.serving = new Timer(SERVED_AFTER, () => this.monitor.serve());
    this.monitor.attach({
      output: (stream, bytes) => this.output(stream, bytes),
      warn: (problem) => foreground.warn(problem),
    });
    if (foreground.stdin !== undefined) this.feed(foreground.stdin);
    this.exited = this.follow();
  }

  signal(number: number): void {
    this.monitor.signal(number);
  }

  resize(size: WindowSize): void {
    this.monitor.resize(size);
  }

  async detach(): Promise<void> {
    this.serving[Symbol.dispose]();
    this.running.untie();
    this.monitor.release();
    await ensureMonitored(this.running.store); // to read at least what was to be seen here
  }

  private output: Attachment["output"] = (stream, bytes) => {
    try {
      return this.foreground.output(stream, bytes);
    } catch (error) {
      this.lost.reject(error);
    }
  };

  private async follow(): Promise<number> {
    try {
      const { code, restarting } = await Promise.race([this.monitor.ended, this.lost.promise]);
      if (restarting) await ensureMonitored(this.running.store);
      return code;
    } catch (error) {
      // Nobody reads any more. What is tied to box ends with it; anything else goes on without it.
      if (this.tied) {
        this.signal(SIGNALS.SIGKILL);
        await this.monitor.ended;
      } else {
        await this.detach();
      }
      throw error;
    } finally {
      this.serving[Symbol.dispose]();
    }
  }

  /** Passes standard input on, and its end to those that are to see it. */
  private async feed(stdin: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
    const { monitor, foreground } = this;
    try {
      for await (const chunk of stdin) await monitor.input?.write(chunk);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      foreground.warn(`standard input cannot be read: ${reason}`);
    }
    monitor.endInput();
  }
}
