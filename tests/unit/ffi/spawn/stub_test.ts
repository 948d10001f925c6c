/** The stub at work, on this machine and, emulated, on aarch64. */
import { deepEqual, ok } from "node:assert/strict";
import { type Need, program as needsProgram } from "../../../e2e/harness/needs.ts";
import { elfExecutable } from "../../../../ffi/spawn/elf.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { stubCode } from "../../../../ffi/spawn/stub.ts";
import { Label } from "../../../../ffi/spawn/values.ts";
import type { Architecture } from "../../../../ffi/syscalls.ts";
import { testWith } from "./helpers.ts";

const EMULATOR = "qemu-aarch64-static";

/** Machines, the command that runs their code here, and what that needs. */
const machines: [Architecture, string[], Need][] = [
  ["x86_64", [], () => Deno.build.arch === "x86_64" ? undefined : "not an x86-64 machine"],
  Deno.build.arch === "aarch64"
    ? ["aarch64", [], () => undefined]
    : ["aarch64", [EMULATOR], needsProgram(EMULATOR)],
];

async function execute(program: SpawnProgram, architecture: Architecture, emulator: string[]) {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/program`;
    await Deno.writeFile(path, elfExecutable(program, architecture), { mode: 0o755 });
    const [command, ...args] = [...emulator, path];
    const { code, stdout } = await new Deno.Command(command, { args, clearEnv: true }).output();
    return { code, text: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function write(program: SpawnProgram, text: string): void {
  program.call("write", [1, text, text.length], { what: "write" });
}

type Case = [name: string, build: (program: SpawnProgram) => void, text: string, code: number];

const cases: Case[] = [
  ["comes to its end", (program) => write(program, "hello"), "hello", 0],
  [
    "exits with a computed code",
    (program) => {
      const six = program.subtract(50, 44);
      program.call("exit_group", [program.subtract(six, -36)], { what: "exit" });
    },
    "",
    42,
  ],
  [
    "branches on zero",
    (program) => {
      const zero = new Label("zero");
      program.call("close", [1], { what: "close", onZero: zero });
      program.call("exit_group", [1], { what: "exit" });
      program.mark(zero);
      program.call("exit_group", [2], { what: "exit" });
    },
    "",
    2,
  ],
  [
    "does not store a zero that branches",
    (program) => {
      const next = new Label("next"), value = program.cell("value", 7);
      program.subtract(4, 4, { into: value, onZero: next });
      program.mark(next);
      program.call("exit_group", [value], { what: "exit" });
    },
    "",
    7,
  ],
  [
    "stores a zero that does not branch",
    (program) => {
      const value = program.cell("value", 7);
      program.subtract(4, 4, { into: value });
      program.call("exit_group", [value], { what: "exit" });
    },
    "",
    0,
  ],
  [
    "branches on an error and keeps it",
    (program) => {
      const failed = new Label("failed");
      const result = program.call("close", [999], { what: "close", onError: failed });
      write(program, "not reached");
      program.mark(failed);
      program.call("exit_group", [program.subtract(0, result)], { what: "exit" }); // EBADF
    },
    "",
    9,
  ],
  [
    "goes on after an error that may happen",
    (program) => {
      program.call("close", [999], { what: "close", onError: "continue" });
      write(program, "on");
    },
    "on",
    0,
  ],
  [
    "gives up on any other error",
    (program) => {
      write(program, "before");
      program.call("close", [999], { what: "close" });
      write(program, "after");
    },
    "before",
    127,
  ],
  [
    "tells negative, zero and positive apart",
    (program) => {
      for (const [a, b] of [[1, 2], [2, 2], [3, 2], [-(2 ** 40), 0], [2 ** 40, 1]]) {
        const negative = new Label("negative"), zero = new Label("zero"), next = new Label("next");
        program.subtract(a, b, { onNegative: negative, onZero: zero });
        write(program, "+");
        program.jump(next);
        program.mark(negative);
        write(program, "-");
        program.jump(next);
        program.mark(zero);
        write(program, "0");
        program.mark(next);
      }
    },
    "-0+-+",
    0,
  ],
  [
    "loops",
    (program) => {
      const again = new Label("again"), done = new Label("done"), count = program.cell("count", 3);
      program.mark(again);
      write(program, "x");
      program.subtract(count, 1, { into: count, onZero: done });
      program.jump(again);
      program.mark(done);
      write(program, ".");
    },
    "xxx.",
    0,
  ],
  [
    "uses what a system call has written",
    (program) => {
      const blocked = program.block("blocked", 8);
      program.call("rt_sigprocmask", [0, [1 << 9], 0, 8], { what: "block SIGUSR1" });
      program.call("rt_sigprocmask", [0, 0, blocked, 8], { what: "get the mask" });
      program.call("exit_group", [program.subtract(blocked.cell(0), (1 << 9) - 42)], {
        what: "exit",
      });
    },
    "",
    42,
  ],
  [
    "passes six arguments",
    (program) => {
      const done = new Label("done");
      const timeout = program.block("timeout", 16), set = program.block("set", 8);
      // FUTEX_WAIT on a word with another value: EAGAIN only if address, operation and value arrive.
      const word = program.cell("word", 5);
      program.call("futex", [word.address, 0, 6, timeout, 0, 0], { what: "wait", onError: done });
      write(program, "not reached");
      program.mark(done);
      // FUTEX_WAKE_OP: adds the constant in its sixth argument to the word at its fifth.
      const add = (1 << 28) | (37 << 12); // FUTEX_OP_ADD, operand 37
      program.call("futex", [set, 5, 0, 0, word.address, add], { what: "add" });
      program.call("exit_group", [word], { what: "exit" });
    },
    "",
    42,
  ],
];

for (const [architecture, emulator, need] of machines) {
  for (const [name, build, text, code] of cases) {
    testWith([need], `a program on ${architecture} ${name}`, async () => {
      const program = new SpawnProgram();
      build(program);
      deepEqual(await execute(program, architecture, emulator), { code, text });
    });
  }
}

Deno.test("a stub fits on the first page of an executable", () => {
  for (const architecture of ["x86_64", "aarch64"] as const) {
    ok(stubCode(architecture).length <= 168);
  }
});
