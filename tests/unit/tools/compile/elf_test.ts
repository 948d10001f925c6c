import { equal, throws } from "node:assert/strict";
import { elfImageSize } from "../../../../tools/compile/elf.ts";

/** Header of an x86-64 executable: section headers at 1000, 36 of 64 bytes each. */
function header(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(40, 1000n, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 36, true);
  return bytes;
}

Deno.test("elfImageSize() is the end of the section header table", () => {
  equal(elfImageSize(header()), 1000 + 36 * 64);
});

Deno.test("elfImageSize() of a linked executable is the size of its file", async () => {
  using executable = await Deno.open("/bin/sh");
  const bytes = new Uint8Array(64);
  await executable.read(bytes);
  equal(elfImageSize(bytes), (await executable.stat()).size);
});

Deno.test("elfImageSize() refuses what is not a little-endian 64-bit ELF file with sections", () => {
  const cases: [string, (bytes: Uint8Array) => Uint8Array, RegExp][] = [
    ["short", (bytes) => bytes.subarray(0, 63), /not an ELF file/],
    ["no magic", (bytes) => bytes.with(0, 0) as Uint8Array, /not an ELF file/],
    ["32 bits", (bytes) => bytes.with(4, 1) as Uint8Array, /not a little-endian 64-bit/],
    ["big-endian", (bytes) => bytes.with(5, 2) as Uint8Array, /not a little-endian 64-bit/],
    ["no sections", (bytes) => bytes.fill(0, 40, 48), /no section headers/],
  ];
  for (const [name, change, message] of cases) {
    throws(() => elfImageSize(change(header())), { name: "TypeError", message }, name);
  }
});
