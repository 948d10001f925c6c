/**
 * A spawn program: everything a new process does between clone and execve, as data.
 *
 * V8 is multi-threaded, so no JavaScript may run in a process that was just cloned. The parent therefore decides
 * everything beforehand and writes a list of system calls; a few dozen machine instructions (stub.ts) work through it in
 * the child. A program is a pure description: nothing happens until process.ts starts it or init.ts packs it into a file.
 */

import type { SyscallName } from "../syscalls.ts";
import { type Argument, Block, Cell, Label } from "./values.ts";

/** What to do when a result is negative: give the process up, go on with the next step, or go on at a label. */
export type ErrorAction = "fatal" | "continue" | Label;

/** One line of the list. */
export interface Step {
  readonly operation: SyscallName | "subtract" | "return";
  readonly arguments: readonly Argument[];
  /** Where the result is stored, an error as its negative number. */
  readonly result: Cell;
  readonly onZero?: Label;
  readonly onError: ErrorAction;
  /** What the step does, verb first: "mount proc on /proc". */
  readonly what: string;
}

export interface CallOptions {
  /** What the call does, verb first; error messages begin with it. */
  what: string;
  /** Default: an error ends the process, and the parent learns which call it was. */
  onError?: ErrorAction;
  /**
   * Where to go on when the result is 0. That 0 is not stored: after a clone, parent and child may share this memory, and
   * the child must not overwrite the pid that the parent stores.
   */
  onZero?: Label;
  /** Where to store the result; default: a cell of its own. */
  into?: Cell;
}

export interface SubtractOptions {
  onZero?: Label;
  onNegative?: Label;
  into?: Cell;
}

export class SpawnProgram {
  readonly #items: (Step | Label)[] = [];

  /** Steps, and the labels between them. */
  get items(): readonly (Step | Label)[] {
    return this.#items;
  }

  /** Appends a system call; returns its result, to be used as an argument of later calls. */
  call(name: SyscallName, args: readonly Argument[], options: CallOptions): Cell {
    return this.#append(name, args, options);
  }

  /** Appends the computation of a - b in 64 bits: a comparison, and an addition when b is negative. */
  subtract(a: Argument, b: Argument, options: SubtractOptions = {}): Cell {
    const { onZero, onNegative = "continue", into } = options;
    return this.#append("subtract", [a, b], { what: "compute", onZero, onError: onNegative, into });
  }

  /** Appends a jump. */
  jump(label: Label): void {
    this.subtract(0, 0, { onZero: label });
  }

  /** Ends the process as if the call that gave this negative result had been fatal. */
  fail(cause: Cell, what: string): void {
    this.#append("subtract", [cause, 0], { what });
  }

  /** Hands a value back to the caller of the stub: for the parent's side of the first clone. */
  return(value: Argument): void {
    this.#append("return", [value], { what: "return to the caller" });
  }

  /** Branches to this label lead to the step that is appended next, or to the end of the program. */
  mark(label: Label): void {
    if (this.#items.includes(label)) throw new Error(`label ${label.name} is marked twice`);
    this.#items.push(label);
  }

  /** Memory of so many bytes, zero at first, or with these bytes at first. */
  block(name: string, content: number | Uint8Array): Block {
    return new Block(name, typeof content === "number" ? new Uint8Array(content) : content);
  }

  /** A variable of 64 bits. */
  cell(name: string, value: number | bigint = 0): Cell {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
    return new Block(name, bytes).cell(0);
  }

  /** Appends another program. */
  append(program: SpawnProgram): void {
    this.#items.push(...program.#items);
  }

  #append(operation: Step["operation"], args: readonly Argument[], options: CallOptions): Cell {
    if (args.length > 6) throw new RangeError(`${operation} has more than six arguments`);
    const { what, onError = "fatal", onZero, into } = options;
    const result = into ?? this.cell("");
    this.#items.push({ operation, arguments: args, result, onZero, onError, what });
    return result;
  }
}
