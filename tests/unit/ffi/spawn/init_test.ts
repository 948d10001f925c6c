/** The init as pid 1 of a pid namespace, with the machine's own programs. */
import { describe } from "../../../../ffi/spawn/describe.ts";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { CLONE, EPOLL, MS, SIGNALS } from "../../../../ffi/constants.ts";
import { close, makePipe, read } from "../../../../ffi/file.ts";
import { poller } from "../../../../ffi/poller.ts";
import { executeInit, initExecutable, initFile, initProgram } from "../../../../ffi/spawn/init.ts";
import { exitCode } from "../../../../ffi/spawn/pidfd.ts";
import { type SpawnedProcess, start } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { candidates, type Command } from "../../../../ffi/spawn/search.ts";
import {
  type Need,
  program as needsProgram,
  root,
  userNamespaces,
} from "../../../e2e/harness/needs.ts";
import { testWith } from "./helpers.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function command(...argv: string[]): Command {
  return { paths: candidates(argv[0], PATH), argv, env: [`PATH=${PATH}`] };
}

const namespaces: Need = () => root() && userNamespaces();

/** A running init with its output. */
class Init {
  private constructor(readonly process: SpawnedProcess, private readonly readEnd: number) {}

  static start(...argv: string[]): Init {
    const [readEnd, writeEnd] = makePipe();
    const init = command(...argv), file = initFile(init), program = new SpawnProgram();
    for (const fd of [1, 2]) program.call("dup3", [writeEnd, fd, 0], { what: `redirect ${fd}` });
    program.call("mount", ["none", "/", 0, MS.REC | MS.PRIVATE, 0], { what: "make / private" });
    program.call("mount", ["proc", "/proc", "proc", 0, 0], { what: "mount proc on /proc" });
    program.append(executeInit(file, init));
    const asUser = Deno.uid() === 0 ? 0 : CLONE.NEWUSER;
    const process = start(program, { namespaces: CLONE.NEWPID | CLONE.NEWNS | asUser });
    close(writeEnd);
    close(file);
    const failure = process.waitUntilExecuted();
    if (failure) throw failure;
    return new Init(process, readEnd);
  }

  /** The next piece of output. */
  output(): Promise<string> {
    return new Promise((resolve) => {
      poller.watch(this.readEnd, EPOLL.IN, () => {
        poller.unwatch(this.readEnd);
        const buffer = new Uint8Array(65536);
        resolve(new TextDecoder().decode(buffer.subarray(0, read(this.readEnd, buffer))));
      });
    });
  }

  /** All output until the end, and the exit code. */
  async finish(): Promise<{ text: string; code: number }> {
    let text = "";
    for (let piece = await this.output(); piece !== ""; piece = await this.output()) text += piece;
    const code = exitCode(await this.process.waitForExit());
    this.process.close();
    close(this.readEnd);
    return { text, code };
  }

  [Symbol.dispose](): void {
    this.process.sendSignal(SIGNALS.SIGKILL);
  }
}

Deno.test("initProgram() reaps, forwards, and executes", () => {
  const lines = describe(initProgram({ paths: ["/bin/x"], argv: ["x"], env: [] }));
  deepEqual(lines.slice(0, 28), [
    'prctl(0xf, "box-init") error -> continue',
    'rt_sigprocmask(2, x"ffffffffffffffff", 0, 8)',
    "clone(0x4111, 0, 0, 0, 0) zero -> child error -> no child",
    "wait:",
    'rt_sigtimedwait(x"ffffffffffffffff", 0, 0, 8) error -> wait',
    "subtract(#3, 0x11) zero -> reap",
    "kill(#2, #3) error -> continue",
    "subtract(0, 0) zero -> wait",
    "reap:",
    "waitid(0, 0, &ended, 0x1000005, 0) error -> wait",
    "subtract(ended+8, 0) zero -> wait",
    "waitid(1, #2, &own, 5, 0)",
    "subtract(own+8, 1) zero -> child exited negative -> orphan",
    "subtract(own+24, -128)",
    "exit_group(#11)",
    "child exited:",
    "exit_group(own+24)",
    "orphan:",
    "waitid(1, ended+16, 0, 5, 0) error -> continue",
    "subtract(0, 0) zero -> reap",
    "child:",
    "setpgid(0, 0) error -> continue",
    "getpid()",
    "ioctl(0, 0x5410, &#17) error -> continue",
    'rt_sigprocmask(2, x"0000000000000000", 0, 8)',
    'execve("/bin/x", ["x", 0], [0]) error -> continue',
    "subtract(#20, -2) zero -> next path",
    "subtract(#20, -20) zero -> next path",
  ]);
});

testWith([namespaces], "an init exits as its child does", async () => {
  const cases: [string, number][] = [
    ["exit 0", 0],
    ["exit 77", 77],
    ["kill -KILL $$", 137],
    ["kill -TERM $$", 143],
    ["kill -SEGV $$", 139],
  ];
  for (const [script, code] of cases) {
    equal((await Init.start("sh", "-c", script).finish()).code, code, script);
  }
});

testWith([namespaces], "an init says why a command cannot be executed", async () => {
  const cases: [string, number, string][] = [
    ["nonexistent", 127, "No such file or directory"],
    ["/no/such/file", 127, "No such file or directory"],
    ["/etc/passwd", 126, "Permission denied"],
    ["/etc/passwd/x", 127, "No such file or directory"],
  ];
  for (const [name, code, reason] of cases) {
    deepEqual(await Init.start(name).finish(), {
      text: `[FATAL] exec ${name} failed: ${reason}\n`,
      code,
    });
  }
});

testWith([namespaces], "an init reaps orphans", async () => {
  // Each inner shell leaves a child behind, which becomes a child of pid 1 and ends.
  const script = `
    for i in 1 2 3 4 5 6 7 8 9 10; do sh -c 'sh -c "sleep 0.0$0; exit $0" &' $i; done
    sleep 0.5
    for stat in /proc/[0-9]*/stat; do read line < $stat && echo "$line"; done
    exit 5`;
  const { text, code } = await Init.start("sh", "-c", script).finish();
  equal(code, 5);
  const processes = text.trim().split("\n").map((line) => line.split(" ").slice(0, 3).join(" "));
  deepEqual(processes, ["1 (box-init) S", "2 (sh) R"]);
});

testWith([namespaces], "an init forwards signals to its child", async () => {
  const script = `
    for signal in HUP INT QUIT USR1 USR2 TERM TSTP WINCH ABRT RTMIN; do
      trap "echo $signal" $signal
    done
    trap 'exit 3' PIPE
    echo ready
    while :; do sleep 0.01; done`;
  const init = Init.start("bash", "-c", script);
  equal(await init.output(), "ready\n");
  for (
    const name of ["HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "TSTP", "WINCH", "ABRT"] as const
  ) {
    init.process.sendSignal(SIGNALS[`SIG${name}`]);
    equal(await init.output(), `${name}\n`);
  }
  init.process.sendSignal(34); // SIGRTMIN
  equal(await init.output(), "RTMIN\n");
  init.process.sendSignal(SIGNALS.SIGPIPE);
  deepEqual(await init.finish(), { text: "", code: 3 });
});

testWith([namespaces], "an init gives its child a clean start", async () => {
  const script = "cat /proc/self/status; echo $$ $(cut -d' ' -f5 /proc/$$/stat)";
  const { text } = await Init.start("sh", "-c", script).finish();
  for (const name of ["SigBlk", "SigIgn", "SigCgt"]) {
    match(text, new RegExp(`^${name}:\\s*0{16}$`, "m"));
  }
  match(text, /^2 2$/m); // a process group of its own
});

testWith([namespaces], "an init shows the container nothing of the host", async () => {
  const script = `readlink /proc/1/exe; cat /proc/1/comm; tr '\\0' '|' < /proc/1/cmdline; echo
    cat /proc/1/maps; grep VmRSS /proc/1/status
    true > /proc/1/exe`;
  const { text } = await Init.start("sh", "-c", script).finish();
  const [exe, comm, cmdline, ...rest] = text.split("\n");
  equal(exe, "/memfd:box-init (deleted)");
  equal(comm, "box-init");
  ok(cmdline.startsWith("box-init|--|sh|-c|readlink"));
  const mappings = rest.filter((line) => /^[0-9a-f]+-/.test(line));
  ok(mappings.length >= 4);
  for (const line of mappings) match(line, /(\/memfd:box-init \(deleted\)|\[[a-z_]+\])$/);
  ok(rest.some((line) => /Text file busy/.test(line)), rest.at(-2));
  const size = Number(text.match(/VmRSS:\s*(\d+) kB/)?.[1]);
  ok(size > 0 && size <= 24, `${size} kB`); // five pages, one more where the stack crosses a page's end
});

testWith([namespaces], "an init that is killed takes all its processes with it", async () => {
  const init = Init.start("sh", "-c", "sleep 60 & echo ready; wait");
  equal(await init.output(), "ready\n");
  init.process.sendSignal(SIGNALS.SIGKILL);
  deepEqual(await init.finish(), { text: "", code: 137 }); // the pipe has come to its end
});

const EMULATOR = "qemu-aarch64-static";

testWith([needsProgram(EMULATOR)], "an init for aarch64 works under emulation", async () => {
  const run = async (...argv: string[]) => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeFile(path, initExecutable(command(...argv), "aarch64"), { mode: 0o755 });
      await Deno.chmod(path, 0o755);
      const result = await new Deno.Command(EMULATOR, { args: [path], stderr: "piped" }).output();
      const decoder = new TextDecoder();
      return [decoder.decode(result.stdout) + decoder.decode(result.stderr), result.code];
    } finally {
      await Deno.remove(path);
    }
  };
  deepEqual(await run("sh", "-c", "(sleep 0.01 &); sleep 0.05; echo done; exit 6"), ["done\n", 6]);
  deepEqual(await run("sh", "-c", "kill -9 $$"), ["", 137]);
  deepEqual(await run("nonexistent"), [
    "[FATAL] exec nonexistent failed: No such file or directory\n",
    127,
  ]);
});
