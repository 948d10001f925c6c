/** What the calls of a spawn program work on: places in the program's memory, and the arguments that name them. */

/** Bytes in the program's memory that system calls read and write. As an argument: the address of the first one. */
export class Block {
  constructor(
    /** For listings only. */
    readonly name: string,
    /** What the block holds when the program starts. */
    readonly bytes: Uint8Array,
  ) {}

  /** The address `offset` bytes into the block. */
  at(offset: number): Address {
    return new Address(this, offset);
  }

  /** The 64-bit word `offset` bytes into the block, as it is when a call that takes it is reached. */
  cell(offset: number): Cell {
    return new Cell(this, offset);
  }
}

/** The address of a byte in a block. */
export class Address {
  constructor(readonly block: Block, readonly offset: number) {
    if (offset < 0 || offset > block.bytes.length) {
      throw new RangeError(`offset ${offset} is outside ${block.name}`);
    }
  }
}

/** A 64-bit word in a block. As an argument: the value that it has when the call is reached. */
export class Cell {
  constructor(readonly block: Block, readonly offset: number) {
    if (offset % 8 !== 0 || offset < 0 || offset + 8 > block.bytes.length) {
      throw new RangeError(`no 64-bit word at offset ${offset} of ${block.name}`);
    }
  }

  get address(): Address {
    return new Address(this.block, this.offset);
  }
}

/** What every program begins with: the address of the step whose failure was fatal to its process, and that step's result. */
export const HEADER: Block = new Block("header", new Uint8Array(16));

/** An end of the memory that holds the program and its machine code: for a process that unmaps everything else. */
export class Edge {
  private constructor(readonly side: "start" | "end") {}

  static readonly START: Edge = new Edge("start");
  static readonly END: Edge = new Edge("end");
}

/** A place in the program where a branch leads. */
export class Label {
  constructor(readonly name: string) {}
}

/**
 * A value that is known before the program starts: a number as it is; everything else as an address, of a string's
 * NUL-terminated bytes, of bytes, of a place in memory, or of a list of 64-bit words, each of which is such a value itself.
 * A list that C wants to end with NULL (argv, envp) ends with 0.
 */
export type Constant =
  | number
  | bigint
  | string
  | Uint8Array
  | Block
  | Address
  | Edge
  | readonly Constant[];

export type Argument = Constant | Cell;
