import { describe } from "../../../../ffi/spawn/describe.ts";
import { deepEqual, equal, throws } from "node:assert/strict";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { Edge, Label } from "../../../../ffi/spawn/values.ts";

Deno.test("describe() lists calls as C would have them", () => {
  const program = new SpawnProgram();
  program.call("mount", ["proc", "/proc", "proc", 0xe, 0], { what: "mount proc on /proc" });
  program.call("execve", ["/bin/sh", ["sh", "-c", 'echo "hi"', 0], [0]], { what: "execute sh" });
  deepEqual(describe(program), [
    `mount("proc", "/proc", "proc", 0xe, 0)`,
    `execve("/bin/sh", ["sh", "-c", "echo \\"hi\\"", 0], [0])`,
  ]);
});

Deno.test("describe() names results, variables, addresses and branches", () => {
  const program = new SpawnProgram();
  const again = new Label("again"), done = new Label("done"), how = new Uint8Array([1, 0, 255]);
  const info = program.block("info", 128), count = program.cell("count", 3);
  const fd = program.call("openat2", [-100, "/x", how, 24], { what: "open /x" });
  program.mark(again);
  program.call("waitid", [0, count, info.at(8), 4, info], { what: "wait", onError: "continue" });
  program.subtract(info.cell(16), 10n, { onZero: done, onNegative: again });
  program.subtract(count, 1, { into: count });
  program.call("munmap", [0, Edge.START], { what: "unmap", onError: done });
  program.mark(done);
  program.call("close", [fd], { what: "close /x" });
  program.call("write", [1, count.address, 8], { what: "write", into: info.cell(24) });
  program.fail(fd, "give up");
  deepEqual(describe(program), [
    `openat2(-100, "/x", x"0100ff", 0x18)`,
    `again:`,
    `waitid(0, count, &info+8, 4, &info) error -> continue`,
    `subtract(info+16, 0xa) zero -> done negative -> again`,
    `count = subtract(count, 1)`,
    `munmap(0, memory start) error -> done`,
    `done:`,
    `close(#0)`,
    `info+24 = write(1, &count, 8)`,
    `subtract(#0, 0) negative -> fatal`,
  ]);
});

Deno.test("describe() shortens long bytes", () => {
  const program = new SpawnProgram();
  program.call("write", [1, new Uint8Array(100), 100], { what: "write" });
  equal(describe(program)[0], `write(1, x"${"00".repeat(32)}…"(100 bytes), 0x64)`);
});

Deno.test("a program keeps what each step does", () => {
  const program = new SpawnProgram(), other = new SpawnProgram();
  other.call("setsid", [], { what: "start a session" });
  program.call("chdir", ["/"], { what: "change to /" });
  program.append(other);
  deepEqual(
    program.items.map((item) => item instanceof Label ? item.name : item.what),
    ["change to /", "start a session"],
  );
});

Deno.test("what cannot be meant is refused", () => {
  const program = new SpawnProgram(), label = new Label("twice"), block = program.block("b", 16);
  program.mark(label);
  throws(() => program.mark(label), /label twice is marked twice/);
  throws(() => program.call("read", [0, 0, 0, 0, 0, 0, 0], { what: "read" }), RangeError);
  throws(() => block.cell(4), /no 64-bit word at offset 4 of b/);
  throws(() => block.cell(16), /no 64-bit word at offset 16 of b/);
  throws(() => block.at(17), /offset 17 is outside b/);
});
