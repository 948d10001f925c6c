/** The memory of a program that runs: a page of machine code and the encoded program behind it. */

import { FUTEX_WAIT, MAP, PROT } from "../constants.ts";
import { LARGEST_PAGE } from "../elf.ts";
import { check, errnoName } from "../errno.ts";
import { kernel } from "../kernel.ts";
import { beginSharing, endSharing } from "./dumpable.ts";
import type { ProgramImage } from "./encode.ts";
import type { Step } from "./program.ts";
import { stubCode } from "./stub.ts";
import type { Cell } from "./values.ts";

export class ProgramMemory {
  readonly #image: ProgramImage;
  readonly #base: bigint;
  readonly #size: number;
  #code: Deno.PointerObject | undefined;

  /** Maps an image. Shared memory stays one for all processes that the program forks. */
  constructor(image: ProgramImage, sharing: "private" | "shared") {
    this.#image = image;
    this.#size = LARGEST_PAGE + Math.ceil(image.bytes.length / LARGEST_PAGE) * LARGEST_PAGE;
    const flags = MAP.ANONYMOUS | (sharing === "shared" ? MAP.SHARED : MAP.PRIVATE);
    const start = kernel.mmap(null, BigInt(this.#size), PROT.READ | PROT.WRITE, flags, -1, 0n);
    check(Number(start), "map memory for a new process");
    this.#code = Deno.UnsafePointer.create(start)!;
    beginSharing();
    this.#base = start + BigInt(LARGEST_PAGE);
    const stub = stubCode();
    const edges = { start: Number(start), end: Number(start) + this.#size };
    const bytes = image.relocate(Number(this.#base), edges);
    copy(stub, this.#code);
    copy(bytes, this.#pointer(0));
    const result = kernel.mprotect(this.#code, BigInt(LARGEST_PAGE), PROT.READ | PROT.EXEC);
    if (result < 0) this.free();
    check(result, "make memory executable");
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
    return this.#image.stepAt(Number(address), Number(this.#base));
  }

  /** Waits until the kernel clears a variable that was given to it as clear_child_tid: futex(2), set_tid_address(2). */
  waitUntilCleared(cell: Cell): void {
    const word = this.#pointer(this.#image.offsetOf(cell));
    const view = new Deno.UnsafePointerView(word);
    for (let value = view.getInt32(); value !== 0; value = view.getInt32()) {
      const result = kernel.futex(word, FUTEX_WAIT, value, null);
      if (!["EINTR", "EAGAIN"].includes(errnoName(-result))) {
        check(result, "wait for a new process");
      }
    }
  }

  /** Unmaps it; only when no process works in it any more that shares this address space. */
  free(): void {
    if (this.#code === undefined) return;
    kernel.munmap(this.#code, BigInt(this.#size));
    this.#code = undefined;
    endSharing();
  }

  get #mapped(): Deno.PointerObject {
    if (this.#code === undefined) throw new TypeError("the program's memory has been freed");
    return this.#code;
  }

  #pointer(offset: number): Deno.PointerObject {
    return Deno.UnsafePointer.offset(this.#mapped, LARGEST_PAGE + offset)!;
  }
}

function copy(bytes: Uint8Array, target: Deno.PointerObject): void {
  new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(target, bytes.length)).set(bytes);
}
