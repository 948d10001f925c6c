/** The memory of a program that runs: a page of machine code and the encoded program behind it. */

import { FUTEX_WAIT, MAP, PROT } from "../constants.ts";
import { errnoName, SystemError } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { syscallNumber } from "../syscalls.ts";
import { beginSharing, endSharing } from "./dumpable.ts";
import { HEADER_SIZE, type ProgramImage, STEP_SIZE } from "./encode.ts";
import type { Step } from "./program.ts";
import { stubCode } from "./stub.ts";
import type { Cell } from "./values.ts";

const FUTEX = BigInt(syscallNumber("futex"));
const MAP_FAILED = 2n ** 64n - 1n;

let pageSize = 0;

export class ProgramMemory {
  readonly #image: ProgramImage;
  readonly #base: bigint;
  readonly #size: number;
  #code: Deno.PointerObject | undefined;

  /** Maps an image. Shared memory stays one for all processes that the program forks. */
  constructor(image: ProgramImage, sharing: "private" | "shared") {
    pageSize ||= libc.getpagesize();
    this.#image = image;
    this.#size = pageSize + Math.ceil(image.bytes.length / pageSize) * pageSize;
    const flags = MAP.ANONYMOUS | (sharing === "shared" ? MAP.SHARED : MAP.PRIVATE);
    const code = libc.mmap(null, BigInt(this.#size), PROT.READ | PROT.WRITE, flags, -1, 0n);
    const start = Deno.UnsafePointer.value(code);
    if (code === null || start === MAP_FAILED) {
      throw new SystemError("map memory for a new process", "", errno());
    }
    this.#code = code;
    beginSharing();
    this.#base = start + BigInt(pageSize);
    const stub = stubCode();
    const edges = { start: Number(start), end: Number(start) + this.#size };
    const bytes = image.relocate(Number(this.#base), edges);
    libc.memcpy(code, stub, BigInt(stub.length));
    libc.memcpy(this.#pointer(0), bytes, BigInt(bytes.length));
    if (libc.mprotect(code, BigInt(pageSize), PROT.READ | PROT.EXEC) < 0) {
      const number = errno();
      this.free();
      throw new SystemError("make memory executable", "", number);
    }
  }

  /** Works through the program on this thread until it returns; gives what it returns. */
  run(): number {
    const stub = new Deno.UnsafeFnPointer(
      this.#mapped as Deno.PointerObject<{ parameters: ["pointer"]; result: "i32" }>,
      { parameters: ["pointer"], result: "i32" },
    );
    return stub.call(this.#pointer(0));
  }

  /** What a variable or result holds now. */
  value(cell: Cell): number {
    return Number(
      new Deno.UnsafePointerView(this.#pointer(this.#image.offsetOf(cell))).getBigInt64(),
    );
  }

  /** The step whose failure was fatal to its process. */
  failedStep(): Step | undefined {
    const address = new Deno.UnsafePointerView(this.#pointer(0)).getBigUint64();
    if (address === 0n) return undefined;
    return this.#image.steps[(Number(address - this.#base) - HEADER_SIZE) / STEP_SIZE];
  }

  /** Waits until the kernel clears a variable that was given to it as clear_child_tid: futex(2), set_tid_address(2). */
  waitUntilCleared(cell: Cell): void {
    const word = this.#pointer(this.#image.offsetOf(cell));
    const view = new Deno.UnsafePointerView(word);
    for (let value = view.getInt32(); value !== 0; value = view.getInt32()) {
      if (libc.futex(FUTEX, word, FUTEX_WAIT, value, null) === 0) continue;
      const number = errno();
      if (!["EINTR", "EAGAIN"].includes(errnoName(number))) {
        throw new SystemError("wait for a new process", "", number);
      }
    }
  }

  /** Unmaps it; only when no process works in it any more that shares this address space. */
  free(): void {
    if (this.#code === undefined) return;
    libc.munmap(this.#code, BigInt(this.#size));
    this.#code = undefined;
    endSharing();
  }

  get #mapped(): Deno.PointerObject {
    if (this.#code === undefined) throw new TypeError("the program's memory has been freed");
    return this.#code;
  }

  #pointer(offset: number): Deno.PointerObject {
    return Deno.UnsafePointer.offset(this.#mapped, pageSize + offset)!;
  }
}
