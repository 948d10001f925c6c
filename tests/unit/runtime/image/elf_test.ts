import assert from "node:assert/strict";
import { AT, O } from "../../../../ffi/constants.ts";
import { openAt, withFd } from "../../../../ffi/file.ts";
import { type ElfFile, HOST_MACHINE, readElf } from "../../../../runtime/image/elf.ts";
import { fakeElf } from "./fake_elf.ts";

function read(bytes: Uint8Array<ArrayBuffer>): ElfFile | undefined {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, bytes);
    return withFd(openAt(AT.FDCWD, path, O.RDONLY), readElf);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("readElf() reads what a program needs", () => {
  const bytes = fakeElf({
    interpreter: "/lib/ld.so",
    needed: ["libc.so.6", "/opt/x.so"],
    rpath: "/a:$ORIGIN/b",
    runpath: "/c::/d",
  });
  assert.deepEqual(read(bytes), {
    machine: HOST_MACHINE,
    interpreter: "/lib/ld.so",
    needed: ["libc.so.6", "/opt/x.so"],
    rpath: ["/a", "$ORIGIN/b"],
    runpath: ["/c", "/d"],
  });
});

Deno.test("readElf() reads programs that need nothing", () => {
  const elf = read(fakeElf({ machine: 3 }));
  assert.deepEqual(elf, { machine: 3, needed: [], rpath: [], runpath: [] });
});

Deno.test("readElf() reads what this test runs in", () => {
  const elf = withFd(openAt(AT.FDCWD, Deno.execPath(), O.RDONLY), readElf);
  assert.equal(elf?.machine, HOST_MACHINE);
  assert(elf.needed.includes("libc.so.6"));
});

Deno.test("readElf() knows what is no ELF file that it can read", () => {
  assert.equal(read(new TextEncoder().encode("#!/bin/sh\n".padEnd(100))), undefined);
  assert.equal(read(new Uint8Array(0)), undefined);
  const narrow = fakeElf();
  narrow[4] = 1;
  assert.equal(read(narrow), undefined, "32 bits");
});

Deno.test("readElf() refuses damaged files", () => {
  const whole = fakeElf({ interpreter: "/lib/ld.so", needed: ["libc.so.6"] });
  const damage: [string, (view: DataView<ArrayBuffer>) => void][] = [
    ["program headers outside of the file", (view) => view.setBigUint64(32, 1n << 40n, true)],
    ["an offset that is no number", (view) => view.setBigUint64(32, ~0n, true)],
    ["program headers that are too small", (view) => view.setUint16(54, 8, true)],
    ["too many program headers", (view) => view.setUint16(56, 0xffff, true)],
    ["a dynamic section that is too large", (view) => view.setBigUint64(120 + 32, 1n << 40n, true)],
    ["an interpreter outside of the file", (view) => view.setBigUint64(176 + 8, 1n << 30n, true)],
    ["strings that are not in the file", (view) => view.setBigUint64(64 + 16, 0n, true)],
  ];
  for (const [what, break_] of damage) {
    const bytes = whole.slice();
    break_(new DataView(bytes.buffer));
    assert.throws(() => read(bytes), { message: "damaged ELF file" }, what);
  }
});
