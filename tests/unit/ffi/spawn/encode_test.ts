import { deepEqual, equal, throws } from "node:assert/strict";
import { encode, type ProgramImage } from "../../../../ffi/spawn/encode.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { Edge, Label } from "../../../../ffi/spawn/values.ts";

const BASE = 0x7f12_3456_7000;

/** The ten words of a step. */
function stepWords(image: ProgramImage, index: number): number[] {
  const view = new DataView(image.bytes.buffer);
  return Array.from({ length: 10 }, (_, i) => view.getInt32(16 + 40 * index + 4 * i, true));
}

/** Reads relocated memory the way the kernel does. */
function memory(image: ProgramImage) {
  const bytes = image.relocate(BASE, { start: BASE - 4096, end: BASE + 8192 });
  const view = new DataView(bytes.buffer);
  return {
    /** The value of an argument of a step. */
    argument: (step: number, index: number) =>
      view.getBigInt64(stepWords(image, step)[1 + index], true),
    string: (address: bigint) => {
      const at = Number(address) - BASE;
      return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
    },
    word: (address: bigint) => view.getBigInt64(Number(address) - BASE, true),
  };
}

Deno.test("a step is ten words: number, arguments, result, branches", () => {
  const program = new SpawnProgram(), end = new Label("end");
  const fd = program.call("openat", [-100, "/x"], { what: "open", onError: "continue" });
  program.call("read", [fd], { what: "read", onZero: end, onError: end });
  program.mark(end);

  const image = encode(program, "x86_64");
  // Three steps (the last ends the process), then values in the order of their first use.
  const values = 16 + 3 * 40;
  const [minus100, pointer, , result, zero, result2] = [0, 8, 16, 24, 32, 40].map((n) =>
    values + n
  );
  deepEqual(stepWords(image, 0), [
    257,
    ...[minus100, pointer, zero, zero, zero, zero],
    result,
    ...[0, 56],
  ]);
  deepEqual(stepWords(image, 1), [0, result, zero, zero, zero, zero, zero, result2, 96, 96]);
  deepEqual(stepWords(image, 2), [231, zero, zero, zero, zero, zero, zero, zero, 0, 0]);
  equal(image.bytes.length, values + 48);
  equal(memory(image).argument(0, 0), -100n);
  equal(memory(image).string(memory(image).argument(0, 1)), "/x");
});

Deno.test("numbers are those of the machine", () => {
  const program = new SpawnProgram();
  program.call("mount", [], { what: "mount" });
  program.subtract(1, 2);
  program.return(3);
  const numbers = (architecture: "x86_64" | "aarch64") =>
    [0, 1, 2, 3].map((step) => stepWords(encode(program, architecture), step)[0]);
  deepEqual(numbers("x86_64"), [165, -1, -2, 231]);
  deepEqual(numbers("aarch64"), [40, -1, -2, 94]);
});

Deno.test("arguments are numbers, strings, bytes, lists and addresses", () => {
  const program = new SpawnProgram();
  const block = program.block("block", new Uint8Array([7, 0, 0, 0, 0, 0, 0, 0, 9]));
  const list = ["a", 5, -1n, block.at(8), new Uint8Array([0x62, 0]), 0] as const;
  program.call("write", [2n ** 64n - 1n, "näme", list, block, block.cell(0), Edge.END], {
    what: "write",
  });
  const { argument, string, word } = memory(encode(program));
  equal(argument(0, 0), -1n);
  equal(string(argument(0, 1)), "näme");
  const items = list.map((_, i) => word(argument(0, 2) + 8n * BigInt(i)));
  equal(string(items[0]), "a");
  deepEqual(items.slice(1, 3), [5n, -1n]);
  equal(items[3], argument(0, 3) + 8n);
  equal(string(items[4]), "b");
  equal(items[5], 0n);
  equal(word(argument(0, 3)), 7n);
  equal(word(argument(0, 3) + 8n) & 0xffn, 9n);
  equal(argument(0, 4), 7n);
  equal(argument(0, 5), BigInt(BASE + 8192));
});

Deno.test("what several calls share is in memory once", () => {
  const env = Array.from({ length: 1000 }, (_, i) => `NAME${i}=value`);
  const sizeWith = (calls: number) => {
    const program = new SpawnProgram();
    for (let i = 0; i < calls; i++) program.call("execve", ["/x", env, env], { what: "execute" });
    return encode(program).bytes.length;
  };
  equal(sizeWith(2) - sizeWith(1), 40 + 8); // a step and its result
});

Deno.test("bytes that are not UTF-8 pass through", () => {
  const program = new SpawnProgram();
  program.call("chdir", ["a\udcffb"], { what: "change directory" });
  const image = encode(program), bytes = image.bytes;
  const at = bytes.lastIndexOf(0xff);
  deepEqual([...bytes.subarray(at - 1, at + 3)], [0x61, 0xff, 0x62, 0]);
});

Deno.test("a program that cannot be encoded is refused", () => {
  const withCall = (build: (program: SpawnProgram) => void) => () => {
    const program = new SpawnProgram();
    build(program);
    encode(program).relocate(BASE);
  };
  const nowhere = new Label("nowhere"), twice = new Label("twice");
  const part = new SpawnProgram();
  part.mark(twice);
  throws(withCall((program) => program.jump(nowhere)), /label nowhere is not marked/);
  throws(withCall((program) => [part, part].forEach((p) => program.append(p))), /marked twice/);
  throws(
    withCall((program) => program.call("chdir", ["a\0b"], { what: "change directory" })),
    /pass on the NUL byte in .*invalid argument/,
  );
  throws(
    withCall((program) => program.call("munmap", [Edge.END, 1], { what: "unmap" })),
    /no memory of its own/,
  );
  throws(() => encode(new SpawnProgram()).offsetOf(new SpawnProgram().cell("x")), TypeError);
});
