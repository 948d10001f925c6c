/** Running a container in the foreground: this process is its monitor, and attached to it. */

import { SIGNALS } from "../../ffi/constants.ts";
import type { Store } from "../../storage/store.ts";
import { ExecutionRefused } from "../sandbox/start.ts";
import { launchContainer } from "./launch.ts";
import { type Attachment, Monitor } from "./monitor/monitor.ts";
import { readHostConfig } from "../../storage/container/container_store.ts";

/** What box's caller has to do with a container's streams. */
export interface Foreground extends Attachment {
  /** What the container reads; it sees the end when this ends. Only used for a container with an open stdin. */
  readonly stdin?: AsyncIterable<Uint8Array<ArrayBuffer>>;
  warn(problem: string): void;
}

export interface StartedContainer {
  /** Sends a signal to the container's first process. */
  signal(signal: number): void;
  /** Resolves with the exit code when the container has ended and everything it wrote was passed on; 128 + signal if killed. */
  readonly exited: Promise<number>;
}

/**
 * Starts a container. Throws StartError with docker's exit code if its program cannot be started; the container is then as it
 * was, with the reason in its state. One that is to be removed when it exits ends with this process.
 */
export async function startForeground(
  store: Store,
  id: string,
  foreground: Foreground,
): Promise<StartedContainer> {
  const tied = readHostConfig(store, id).AutoRemove;
  try {
    const monitor = new Monitor(await launchContainer(store, id, { tied }));
    return {
      signal: (number) => monitor.signal(number),
      exited: follow(monitor, foreground, tied),
    };
  } catch (error) {
    if (!(error instanceof ExecutionRefused)) throw error;
    foreground.output("stderr", new TextEncoder().encode(error.message + "\n"));
    return { signal: () => {}, exited: Promise.resolve(error.exitCode) };
  }
}

async function follow(monitor: Monitor, foreground: Foreground, tied: boolean): Promise<number> {
  const lost = Promise.withResolvers<never>();
  const attachment: Attachment = {
    output(stream, bytes) {
      try {
        return foreground.output(stream, bytes);
      } catch (error) {
        monitor.detach(attachment);
        lost.reject(error);
      }
    },
    warn: (problem) => foreground.warn(problem),
  };
  monitor.attach(attachment);
  if (foreground.stdin !== undefined) feed(monitor, foreground.stdin, foreground);
  try {
    return (await Promise.race([monitor.ended, lost.promise])).code;
  } catch (error) {
    // Nobody reads any more. What is tied to box ends with it; anything else goes on without it.
    if (tied) {
      monitor.signal(SIGNALS.SIGKILL);
      await monitor.ended;
    } else {
      monitor.release();
    }
    throw error;
  }
}

/** Passes standard input on, and its end to those that are to see it. */
async function feed(
  { input }: Monitor,
  stdin: AsyncIterable<Uint8Array<ArrayBuffer>>,
  { warn }: Foreground,
): Promise<void> {
  try {
    for await (const chunk of stdin) await input?.write(chunk);
  } catch (error) {
    warn(`standard input cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  input?.close();
}
