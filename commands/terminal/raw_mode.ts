/** A terminal in raw mode, and never left in it. */
import { SIGNALS } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { getTermios, makeRaw, setTermios, type Termios } from "../../ffi/terminal.ts";
import { readTextIfExists } from "../../storage/files.ts";

/** Signals that end box unless it has another use for them. */
const ENDING_SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

export type EndingSignal = typeof ENDING_SIGNALS[number];

/** What happens however a program of Deno's ends: by Deno.exit(), by an error that nobody catches. */
const ENDING_EVENTS = ["unload", "error", "unhandledrejection"] as const;

/**
 * Puts a terminal into raw mode until it is disposed of, an error is caught nowhere, the process exits, or one of `signals`
 * ends it (with exit code 128 and the signal's number); those that box passes on to a container must not be among them. A
 * process that was stopped from outside goes on in raw mode when it comes back to the foreground. Only SIGKILL leaves the
 * terminal raw. `modes` may put it into other modes than raw ones.
 */
export class RawMode implements Disposable {
  readonly #original: Termios;
  readonly #signals = new Map<Deno.Signal, () => void>();
  readonly #restore = () => this.restore();
  #isRaw = false;

  constructor(
    readonly fd: number,
    signals: readonly EndingSignal[] = ENDING_SIGNALS,
    private readonly modes: (original: Termios) => Termios = makeRaw,
  ) {
    this.#original = getTermios(fd);
    for (const event of ENDING_EVENTS) globalThis.addEventListener(event, this.#restore);
    for (const signal of signals) this.#on(signal, () => Deno.exit(128 + SIGNALS[signal]));
    this.#on("SIGCONT", () => isInForeground() && this.#enter());
    try {
      this.#enter();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Gives the terminal its modes back, for good. Nothing happens if it is gone. */
  restore(): void {
    if (!this.#isRaw) return;
    this.#isRaw = false;
    for (const [signal, listener] of this.#signals) Deno.removeSignalListener(signal, listener);
    this.#signals.clear();
    try {
      setTermios(this.fd, this.#original);
    } catch (error) {
      if (!isErrno(error, "EIO", "EBADF", "ENOTTY")) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.restore();
    for (const event of ENDING_EVENTS) globalThis.removeEventListener(event, this.#restore);
  }

  #enter(): void {
    this.#isRaw = true;
    setTermios(this.fd, this.modes(this.#original));
  }

  #on(signal: Deno.Signal, listener: () => void): void {
    Deno.addSignalListener(signal, listener);
    this.#signals.set(signal, listener);
  }
}

/** Whether this process may change its terminal: one in the background would be stopped for it. */
function isInForeground(): boolean {
  // pgrp and tpgid, after the program's name, in which anything may stand: proc_pid_stat(5)
  const stat = readTextIfExists("/proc/self/stat") ?? "";
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[2] === fields[5];
}
