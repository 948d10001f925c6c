/** Standard input as a container's: raw if it is a terminal and the container has one, and with keys to get off. */
import { getWindowSize, isTerminal, type WindowSize } from "../../ffi/terminal.ts";
import { printError } from "../cli/output.ts";
import { DetachKeyFilter } from "./detach_keys.ts";
import { RawMode } from "./raw_mode.ts";

const STDIN = 0, STDOUT = 1;

export interface KeyboardOptions {
  /** Whether the container has a terminal. */
  readonly tty: boolean;
  /** Whether standard input is passed on. */
  readonly stdin: boolean;
  /** The keys that detach. */
  readonly detachKeys: Uint8Array;
  /** Whether the signals that box gets are the container's. */
  readonly signalProxy: boolean;
}

export class Keyboard implements Disposable {
  /** Resolves when the detach keys were typed. */
  readonly detached: Promise<void>;
  /** What is typed, or comes through a pipe, until it ends; undefined if it is not passed on. */
  readonly input: AsyncIterable<Uint8Array<ArrayBuffer>> | undefined;
  private readonly rawMode: RawMode | undefined;
  private readonly detach: () => void;
  private onResize: (() => void) | undefined;

  constructor(private readonly options: KeyboardOptions) {
    const { tty, stdin, signalProxy } = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.detached = promise;
    this.detach = resolve;
    this.input = stdin ? this.read() : undefined;
    if (tty && stdin && isTerminal(STDIN)) {
      this.rawMode = signalProxy ? new RawMode(STDIN, []) : new RawMode(STDIN);
    }
  }

  /** The size of this terminal, if it is to be the container's. */
  get size(): WindowSize | undefined {
    return this.options.tty && isTerminal(STDOUT) ? getWindowSize(STDOUT) : undefined;
  }

  /** Gives the container's terminal the size of this one, now and whenever it changes. */
  followSize(resize: (size: WindowSize) => void): void {
    if (this.size === undefined) return;
    this.onResize = () => resize(getWindowSize(STDOUT));
    Deno.addSignalListener("SIGWINCH", this.onResize);
    this.onResize();
  }

  [Symbol.dispose](): void {
    if (this.onResize) Deno.removeSignalListener("SIGWINCH", this.onResize);
    this.rawMode?.[Symbol.dispose]();
  }

  private async *read(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const filter = this.options.tty ? new DetachKeyFilter(this.options.detachKeys) : undefined;
    const buffer = new Uint8Array(65536);
    for (;;) {
      const length = await Deno.stdin.read(buffer);
      if (length === null) return;
      const typed = buffer.subarray(0, length), passed = filter?.pass(typed) ?? typed;
      if (passed.length > 0) yield passed;
      if (filter?.isDetached) {
        this.detach();
        return await new Promise(() => {}); // detaching is no end of the input
      }
    }
  }
}

/** What docker's client prints when it has been detached. */
export function printDetached(): void {
  printError("read escape sequence");
}
