/** Running a container in the foreground: box's own streams and signals are the container's. */

import { SIGNALS } from "../ffi/constants.ts";
import { writeAll } from "../ffi/file.ts";
import { startForeground } from "../runtime/container/foreground.ts";
import type { StreamName } from "../runtime/container/streams.ts";
import { readContainer } from "../storage/container/container_store.ts";
import type { Store } from "../storage/store.ts";
import { printError } from "./cli/output.ts";
import { detachKeysOf } from "./terminal/client_config.ts";
import { Keyboard } from "./terminal/keyboard.ts";
import { processSurroundings } from "./container_request/surroundings.ts";

export interface AttachOptions {
  /** Which of box's streams are the container's. */
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Whether signals that box gets are the container's. */
  readonly signalProxy: boolean;
  /** What --detach-keys says. */
  readonly detachKeys?: string;
}

/** Starts a container and returns its exit code when it has ended, or 0 when it has been left to itself. */
export async function runAttached(
  store: Store,
  id: string,
  options: AttachOptions,
): Promise<number> {
  using proxy = new SignalProxy(options.signalProxy);
  using keyboard = openKeyboard(store, id, options);
  const container = await startForeground(store, id, {
    stdin: keyboard.input,
    windowSize: keyboard.size,
    output: writer(options),
    warn: (problem) => printError(`WARNING: ${problem}`),
  });
  proxy.connect((signal) => container.signal(signal));
  keyboard.followSize((size) => container.resize(size));
  const detached = async () => {
    await keyboard.detached;
    await container.detach();
    return 0;
  };
  return await Promise.race([container.exited, detached()]);
}

/** What reads box's standard input for a container. */
export function openKeyboard(store: Store, id: string, options: AttachOptions): Keyboard {
  const { stdin, signalProxy } = options;
  const { Tty: tty } = readContainer(store, id).Config;
  const hasKeys = tty && stdin;
  // What --detach-keys says must be some, whether they are needed or not.
  const detachKeys = hasKeys || options.detachKeys
    ? detachKeysOf(options.detachKeys, processSurroundings)
    : new Uint8Array();
  return new Keyboard({
    tty,
    stdin,
    detachKeys: hasKeys ? detachKeys : new Uint8Array(),
    signalProxy,
  });
}

/** Writes what a container writes to those of box's streams that are attached. */
export function writer({ stdout, stderr }: Pick<AttachOptions, "stdout" | "stderr">) {
  return (stream: StreamName, bytes: Uint8Array<ArrayBuffer>) => {
    if (stream === "stdout" ? stdout : stderr) writeAll(stream === "stdout" ? 1 : 2, bytes);
  };
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
export class SignalProxy {
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
