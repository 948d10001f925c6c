/** A program in a pseudo-terminal that the test itself is the screen and keyboard of. */

import { AT, EPOLL, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, openAt, read, withFd, writeAll } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import {
  getTermios,
  openPseudoTerminal,
  setWindowSize,
  type WindowSize,
} from "../../../ffi/terminal.ts";
import { eventually, RunningProcess, type RunOptions } from "./process.ts";

export class PseudoTerminal {
  /** The program; its standard streams are the terminal. */
  readonly process: RunningProcess;
  readonly #master: number;
  readonly #slave: number;
  /** The modes before the program began. */
  readonly #original: string;
  readonly #decoder = new TextDecoder();
  #screen = "";
  #read = 0;
  #closed = false;

  constructor(commandLine: string[], options: RunOptions & { size?: WindowSize } = {}) {
    const devpts = openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY);
    const { master, slave } = withFd(devpts, openPseudoTerminal);
    this.#master = master;
    this.#slave = slave;
    this.#original = this.modes;
    this.resize(options.size ?? { rows: 24, columns: 80 });
    poller.watch(master, EPOLL.IN, () => this.#receive());
    // In a session of its own, with the terminal as its controlling one.
    const file = this.#fileFor(options);
    const shell = `exec setsid --ctty "$@" <> ${file} >&0 2>&0`;
    this.process = new RunningProcess(["sh", "-c", shell, "sh", ...commandLine], options);
  }

  /** Another user can open the terminal only by its own name, and if it is his. */
  #fileFor({ uid, gid }: RunOptions): string {
    const file = `/proc/${Deno.pid}/fd/${this.#slave}`;
    if (uid === undefined) return file;
    const name = Deno.readLinkSync(file);
    Deno.chownSync(name, uid, gid ?? null);
    return name;
  }

  /** All that was written so far. */
  get screen(): string {
    return this.#screen;
  }

  get modes(): string {
    return getTermios(this.#slave).join(" ");
  }

  /** Whether the terminal has the modes that it had before. */
  get isRestored(): boolean {
    return this.modes === this.#original;
  }

  type(keys: string): void {
    writeAll(this.#master, new TextEncoder().encode(keys));
  }

  resize(size: WindowSize): void {
    setWindowSize(this.#master, size);
  }

  /** Waits until something appears beyond what earlier calls have seen, and returns the match. */
  async waitFor(pattern: string | RegExp): Promise<RegExpMatchArray> {
    const expression = typeof pattern === "string"
      ? new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
      : pattern;
    let match: RegExpMatchArray | null = null;
    try {
      await eventually("", () => {
        match = this.#screen.slice(this.#read).match(expression);
        return match !== null;
      }, 30_000);
    } catch {
      throw new Error(`no ${pattern} appeared in the terminal: ${JSON.stringify(this.#screen)}`);
    }
    this.#read += match!.index! + match![0].length;
    return match!;
  }

  /** Types a command, and returns what a shell answers until it has this prompt again. */
  async ask(command: string, prompt: string): Promise<string> {
    this.type(`${command}\r`);
    await this.waitFor("\n"); // the echo
    const from = this.#read;
    await this.waitFor(prompt);
    return this.#screen.slice(from, this.#read - prompt.length).replaceAll("\r\n", "\n");
  }

  /** Waits for the program's end; returns its exit code. */
  async wait(): Promise<number> {
    return (await this.process.wait()).code;
  }

  /** Ends the program if it still runs, and takes the terminal away. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.wait();
    this.hangUp();
  }

  /** Takes the terminal away, as when a connection breaks. */
  hangUp(): void {
    if (this.#closed) return;
    this.#closed = true;
    poller.unwatch(this.#master);
    close(this.#master);
    close(this.#slave);
  }

  #receive(): void {
    const buffer = new Uint8Array(65536);
    try {
      const length = read(this.#master, buffer);
      this.#screen += this.#decoder.decode(buffer.subarray(0, length), { stream: true });
    } catch (error) {
      if (!isErrno(error, "EIO")) throw error;
    }
  }
}
