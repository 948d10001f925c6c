/** Running a container in the foreground: box's own streams and signals are the container's. */

import { SIGNALS } from "../ffi/constants.ts";
import { writeAll } from "../ffi/file.ts";
import { startForeground } from "../runtime/container/foreground.ts";
import { printError } from "./cli/output.ts";
import type { Store } from "../storage/store.ts";

export interface AttachOptions {
  /** Whether box's standard input is passed on. */
  readonly stdin: boolean;
  /** Whether signals that box gets are the container's. */
  readonly signalProxy: boolean;
}

/** Starts a container and returns its exit code when it has ended. */
export async function runAttached(
  store: Store,
  id: string,
  { stdin, signalProxy }: AttachOptions,
): Promise<number> {
  using proxy = new SignalProxy(signalProxy);
  const container = await startForeground(store, id, {
    ...(stdin && { stdin: standardInput() }),
    output: (stream, bytes) => writeAll(stream === "stdout" ? 1 : 2, bytes),
    warn: (problem) => printError(`WARNING: ${problem}`),
  });
  proxy.connect(container.signal);
  return await container.exited;
}

/** What comes on standard input, until it ends. */
async function* standardInput(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(65536);
  for (;;) {
    const length = await Deno.stdin.read(buffer);
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}

/** Docker passes all signals on but those that concern the client itself (SIGCHLD, SIGPIPE, SIGURG, what a crash raises). */
const forwarded: Deno.Signal[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGABRT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGTERM",
  "SIGCONT",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
];

/** Catches signals from the start, and keeps them until there is a container to send them to. */
class SignalProxy {
  private readonly waiting: number[] = [];
  private send = (signal: number): void => void this.waiting.push(signal);
  private readonly listeners = new Map<Deno.Signal, () => void>();

  constructor(enabled: boolean) {
    for (const name of enabled ? forwarded : []) {
      const listener = () => this.send(SIGNALS[name as keyof typeof SIGNALS]);
      Deno.addSignalListener(name, listener);
      this.listeners.set(name, listener);
    }
  }

  connect(send: (signal: number) => void): void {
    this.send = send;
    this.waiting.splice(0).forEach(send);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.listeners) Deno.removeSignalListener(name, listener);
  }
}
