/**
 * A spawn program as the bytes that the stub walks:
 *
 *     header   16 bytes  0, or the address of the step that gave the process up; and its result
 *     steps    40 each   ten 32-bit words: number of the call; where its six arguments are; where the result goes; where to go
 *                        on when the result is 0 (0: do not look); where to go on on an error (0: give up)
 *     values             64-bit words with the arguments and results, and what the arguments point to
 *
 * "Where" is a distance from the header. Every argument is fetched from its place, so that a constant, a variable and the
 * result of an earlier call are the same to the stub.
 */

import { type Architecture, syscallNumber } from "../syscalls.ts";
import { cstring } from "../cstring.ts";
import type { SpawnProgram, Step } from "./program.ts";
import {
  Address,
  type Argument,
  Block,
  Cell,
  type Constant,
  Edge,
  HEADER,
  Label,
} from "./values.ts";

export const HEADER_SIZE = 16;
export const STEP_SIZE = 40;

/** Numbers in place of a system call's, for what the stub does itself. */
const OPERATIONS = { subtract: -1, return: -2 } as const;

/** Addresses of the two ends of the memory that belongs to the program. */
export interface Edges {
  readonly start: number;
  readonly end: number;
}

/** An encoded program, with addresses relative to its first byte until it is relocated. */
export class ProgramImage {
  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    readonly steps: readonly Step[],
    readonly offsets: ReadonlyMap<Block, number>,
    private readonly relocations: readonly number[],
    private readonly edgeWords: readonly (readonly [number, Edge])[],
  ) {}

  /** The bytes for the address `base`. */
  relocate(base: number, edges?: Edges): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes.slice(), view = new DataView(bytes.buffer);
    for (const at of this.relocations) setAddress(view, at, view.getUint32(at, true) + base);
    for (const [at, edge] of this.edgeWords) {
      if (edges === undefined) throw new TypeError("this program has no memory of its own");
      setAddress(view, at, edges[edge.side]);
    }
    return bytes;
  }

  /** The step at this address of the program that was relocated to `base`; undefined for 0. */
  stepAt(address: number, base: number): Step | undefined {
    return this.steps[(address - base - HEADER_SIZE) / STEP_SIZE];
  }

  /** Where a variable or result lies, relative to the first byte. */
  offsetOf(cell: Cell): number {
    const offset = this.offsets.get(cell.block);
    if (offset === undefined) throw new TypeError("the program does not use this cell");
    return offset + cell.offset;
  }
}

export function encode(
  program: SpawnProgram,
  architecture: Architecture = Deno.build.arch,
): ProgramImage {
  return new Encoder(program.items, architecture).image();
}

function setAddress(view: DataView, at: number, address: number): void {
  view.setUint32(at, address, true);
  view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
}

class Encoder {
  readonly #architecture: Architecture;
  readonly #steps: Step[] = [];
  readonly #labels = new Map<Label, number>();
  /** What is in memory already: a value is placed once, however many calls take it. */
  readonly #placed = new Map<string | Uint8Array | readonly Constant[], number>();
  readonly #blocks = new Map<Block, number>([[HEADER, 0]]);
  readonly #words = new Map<Constant, number>();
  readonly #relocations: number[] = [];
  readonly #edgeWords: [number, Edge][] = [];
  #bytes = new Uint8Array(16384);
  #view = new DataView(this.#bytes.buffer);
  #length: number;

  constructor(items: readonly (Step | Label)[], architecture: Architecture) {
    this.#architecture = architecture;
    for (const item of items) {
      if (item instanceof Label) {
        if (this.#labels.has(item)) throw new Error(`label ${item.name} is marked twice`);
        this.#labels.set(item, this.#offsetOfStep(this.#steps.length));
      } else {
        this.#steps.push(item);
      }
    }
    this.#length = this.#offsetOfStep(this.#steps.length + 1);
    this.#reserve(this.#length);
  }

  image(): ProgramImage {
    this.#steps.forEach((step, index) => this.#encodeStep(step, index));
    this.#encodeEnd();
    const bytes = this.#bytes.slice(0, this.#length);
    return new ProgramImage(bytes, this.#steps, this.#blocks, this.#relocations, this.#edgeWords);
  }

  #offsetOfStep(index: number): number {
    return HEADER_SIZE + index * STEP_SIZE;
  }

  #encodeStep(step: Step, index: number): void {
    const { operation, result, onZero, onError } = step;
    const number = operation === "subtract" || operation === "return"
      ? OPERATIONS[operation]
      : syscallNumber(operation, this.#architecture);
    this.#setStep(
      index,
      number,
      step.arguments.map((argument) => this.#word(argument)),
      this.#block(result.block) + result.offset,
      onZero ? this.#target(onZero) : 0,
      onError === "continue"
        ? this.#offsetOfStep(index + 1)
        : onError === "fatal"
        ? 0
        : this.#target(onError),
    );
  }

  /** A process that comes to the end of its program exits with status 0. */
  #encodeEnd(): void {
    const number = syscallNumber("exit_group", this.#architecture);
    this.#setStep(this.#steps.length, number, [], this.#word(0), 0, 0);
  }

  #setStep(
    index: number,
    number: number,
    args: number[],
    result: number,
    onZero: number,
    onError: number,
  ): void {
    const zero = this.#word(0);
    const at = this.#offsetOfStep(index), view = this.#view;
    view.setInt32(at, number, true);
    for (let i = 0; i < 6; i++) view.setInt32(at + 4 + 4 * i, args[i] ?? zero, true);
    view.setInt32(at + 28, result, true);
    view.setInt32(at + 32, onZero, true);
    view.setInt32(at + 36, onError, true);
  }

  #target(label: Label): number {
    const offset = this.#labels.get(label);
    if (offset === undefined) throw new Error(`label ${label.name} is not marked`);
    return offset;
  }

  /** The place of a 64-bit word with the value of an argument. */
  #word(argument: Argument): number {
    if (argument instanceof Cell) return this.#block(argument.block) + argument.offset;
    const known = this.#words.get(argument);
    if (known !== undefined) return known;
    const at = this.#allocate(8);
    this.#words.set(argument, at);
    this.#setConstant(at, argument);
    return at;
  }

  /** Writes a 64-bit word with the value of a constant. */
  #setConstant(at: number, constant: Constant): void {
    if (typeof constant === "number" || typeof constant === "bigint") {
      this.#view.setBigInt64(at, BigInt(constant), true);
    } else if (constant instanceof Edge) this.#edgeWords.push([at, constant]);
    else this.#setPointer(at, this.#place(constant));
  }

  #setPointer(at: number, target: number): void {
    this.#view.setUint32(at, target, true);
    this.#relocations.push(at);
  }

  /** Where a constant's bytes lie. */
  #place(constant: Exclude<Constant, number | bigint | Edge>): number {
    if (constant instanceof Block) return this.#block(constant);
    if (constant instanceof Address) return this.#block(constant.block) + constant.offset;
    const known = this.#placed.get(constant);
    if (known !== undefined) return known;
    const at = typeof constant === "string"
      ? this.#string(constant)
      : constant instanceof Uint8Array
      ? this.#append(constant)
      : this.#list(constant);
    this.#placed.set(constant, at);
    return at;
  }

  /** Nearly every string is ASCII and needs no buffer of its own on its way: most of the time goes here. */
  #string(text: string): number {
    const at = this.#allocate(text.length + 1), bytes = this.#bytes;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0 || code > 127) {
        this.#length = at;
        return this.#append(cstring(text));
      }
      bytes[at + i] = code;
    }
    return at;
  }

  #list(constants: readonly Constant[]): number {
    const at = this.#allocate(8 * constants.length);
    constants.forEach((constant, index) => this.#setConstant(at + 8 * index, constant));
    return at;
  }

  #block(block: Block): number {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const at = this.#append(block.bytes);
    this.#blocks.set(block, at);
    return at;
  }

  #append(bytes: Uint8Array): number {
    const at = this.#allocate(bytes.length);
    this.#bytes.set(bytes, at);
    return at;
  }

  /** Room for so many bytes, at a multiple of eight. */
  #allocate(size: number): number {
    const at = this.#length;
    this.#length = Math.ceil((at + size) / 8) * 8;
    this.#reserve(this.#length);
    return at;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
