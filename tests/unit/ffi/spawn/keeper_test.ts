/** The process that keeps a container's first process, and knows how it ended. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { AT, CLONE, O } from "../../../../ffi/constants.ts";
import { close, makePipe, openAt, read, withFd } from "../../../../ffi/file.ts";
import { clone3Steps } from "../../../../ffi/spawn/clone.ts";
import { describe } from "../../../../ffi/spawn/describe.ts";
import { Keeper } from "../../../../ffi/spawn/keeper.ts";
import { keeperProgram } from "../../../../ffi/spawn/keeper_program.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { execute } from "../../../../ffi/spawn/search.ts";
import { openPseudoTerminal } from "../../../../ffi/terminal.ts";
import { runFixture } from "./helpers.ts";
import { eventually } from "../../../e2e/harness/process.ts";

const script = (text: string): SpawnProgram =>
  execute({ paths: ["/bin/sh"], argv: ["sh", "-c", text], env: ["PATH=/usr/bin:/bin"] });

interface Kept {
  keeper: Keeper;
  directory: string;
  /** siginfo_t's si_code and si_status, when the process has ended. */
  end(): [code: number, status: number];
}

async function withKeeper(
  process: SpawnProgram,
  test: (kept: Kept) => void | Promise<void>,
  namespaces = 0,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const directoryFd = openAt(AT.FDCWD, directory, O.PATH | O.DIRECTORY);
  const [endReader, end] = makePipe();
  try {
    const keeper = Keeper.start({
      clone: { namespaces },
      command: "sh",
      process,
      directory: directoryFd,
      end,
      held: [],
      lent: [],
    });
    try {
      await test({
        keeper,
        directory,
        end() {
          const info = new Uint8Array(32);
          equal(read(endReader, info), 32);
          const view = new DataView(info.buffer);
          return [view.getInt32(8, true), view.getInt32(24, true)];
        },
      });
    } finally {
      keeper.dismiss();
    }
  } finally {
    for (const fd of [directoryFd, endReader, end]) close(fd);
    await Deno.remove(directory, { recursive: true });
  }
}

/** Whether there is such a process, and not its remains only. */
function runs(pid: number): boolean {
  try {
    return !/ [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

const EXITED = 1, KILLED = 2;

Deno.test("a keeper tells how its process ended, in a pipe and in a file", async () => {
  await withKeeper(script("exit 42"), async ({ end, directory }) => {
    deepEqual(end(), [EXITED, 42]);
    const note = new DataView((await Deno.readFile(`${directory}/exit-status`)).buffer);
    deepEqual([note.getInt32(8, true), note.getInt32(24, true)], [EXITED, 42]);
  });
  await withKeeper(script("kill -9 $$"), ({ end }) => deepEqual(end(), [KILLED, 9]));
});

Deno.test("a keeper tells which step failed", async () => {
  const program = new SpawnProgram();
  program.call("mkdirat", [AT.FDCWD, "/", 0], { what: "make the root" });
  await withKeeper(new SpawnProgram(), () => {});
  throws(() => Keeper.start(request(program)), { message: /^make the root: file exists/ });
  throws(
    () => Keeper.start(request(execute({ paths: ["/no/such"], argv: ["x"], env: [] }))),
    { message: /^execute x: no such file/, code: "ENOENT" },
  );
});

function request(process: SpawnProgram) {
  const clone = {};
  return { clone, process, command: "x", directory: 0, end: 1, held: [], lent: [] };
}

Deno.test("a process dies with its keeper", async () => {
  const program = new SpawnProgram();
  const PR_SET_PDEATHSIG = 1, SIGKILL = 9;
  program.call("prctl", [PR_SET_PDEATHSIG, SIGKILL], { what: "tie" });
  program.append(script("sleep 1000"));
  await withKeeper(program, async ({ keeper }) => {
    const { processPid } = keeper;
    const name = () => Deno.readTextFileSync(`/proc/${processPid}/comm`).trim();
    // The kernel renames it a moment after it has left the keeper's memory.
    await eventually("it is the shell", () => ["sh", "sleep"].includes(name()));
    keeper.dismiss();
    await eventually("the process is gone", () => !runs(processPid));
  }, CLONE.NEWPID);
});

Deno.test("a keeper weighs next to nothing, and has nothing of its starter open", async () => {
  await withKeeper(script("exec sleep 1000"), ({ keeper }) => {
    const rollup = Deno.readTextFileSync(`/proc/${keeper.pid}/smaps_rollup`);
    const pss = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1]);
    ok(pss < 100, `${pss} kB`);
    const links = () =>
      [...Deno.readDirSync(`/proc/${keeper.pid}/fd`)]
        .map(({ name }) => Deno.readLinkSync(`/proc/${keeper.pid}/fd/${name}`));
    keeper.untie();
    equal(links().length, 5, links().join(" "));
    equal(links().filter((link) => link === "/dev/null").length, 3);
    Deno.kill(keeper.processPid, "SIGKILL");
  });
});

Deno.test("a keeper that is tied goes with its starter, unless it was told to stay", async () => {
  const { tied, untied, processes } = await runFixture("start_keepers.ts") as
    & Record<
      "tied" | "untied",
      number
    >
    & { processes: number[] };
  await eventually("the keeper is gone", () => !runs(tied));
  ok(runs(untied));
  for (const process of [untied, ...processes]) Deno.kill(process, "SIGKILL");
});

/** A keeper that only waits, of a process that leads a session; and the reading end of the pipe in which it tells the end. */
function startWaiting(
  text: string,
  plan: Partial<Parameters<typeof Keeper.start>[0]> = {},
  stdout = 1,
): [Keeper, endReader: number] {
  const process = new SpawnProgram(), [endReader, end] = makePipe();
  process.call("setsid", [], { what: "start a session" });
  if (stdout !== 1) process.call("dup3", [stdout, 1, 0], { what: "connect the output" });
  process.append(script(text));
  const others = { clone: {}, command: "sh", held: [], lent: [], ...plan };
  const keeper = Keeper.start({ ...others, process, end });
  close(end);
  return [keeper, endReader];
}

function readEnd(endReader: number): [code: number, status: number] {
  const info = new Uint8Array(32);
  equal(read(endReader, info), 32);
  close(endReader);
  const view = new DataView(info.buffer);
  return [view.getInt32(8, true), view.getInt32(24, true)];
}

Deno.test("a keeper without a directory goes when its process has ended", async () => {
  const [keeper, end] = startWaiting("exit 3");
  deepEqual(readEnd(end), [EXITED, 3]);
  await eventually("the keeper is gone", () => !runs(keeper.pid));
  keeper.dismiss();
});

Deno.test("a keeper without a directory ends its process, and what that has started", async () => {
  const file = await Deno.makeTempFile();
  try {
    const [keeper, end] = startWaiting(`trap '' TERM; sleep 1000 & echo $! > ${file}; wait`);
    await eventually("it has started", () => Deno.readTextFileSync(file) !== "");
    const child = Number(Deno.readTextFileSync(file));
    ok(runs(child));
    keeper.endProcess();
    deepEqual(readEnd(end), [KILLED, 9]);
    await eventually("all are gone", () => !runs(child) && !runs(keeper.pid));
    keeper.dismiss();
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a process that its keeper ends leaves no remains", async () => {
  const [keeper, end] = startWaiting("sleep 1000");
  const { processPid } = keeper;
  keeper.endProcess();
  readEnd(end);
  // Not even its remains: they would be a container's.
  await eventually("it is reaped", () => !exists(processPid));
  keeper.dismiss();
});

function exists(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

Deno.test("what a process writes to its terminal is thrown away when its keeper is left alone", async () => {
  const { master, slave } = openTerminal(), file = await Deno.makeTempFile();
  try {
    const text = `dd if=/dev/zero bs=1000 count=1000 2> /dev/null; echo done > ${file}`;
    const plan = { held: [master], discarded: master, lent: [slave] };
    const [keeper, end] = startWaiting(text, plan, slave);
    close(slave);
    close(master);
    equal(Deno.readTextFileSync(file), ""); // it waits for somebody to read
    keeper.release();
    await eventually("all is written", () => Deno.readTextFileSync(file) === "done\n");
    deepEqual(readEnd(end), [EXITED, 0]);
  } finally {
    await Deno.remove(file);
  }
});

function openTerminal() {
  return withFd(openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY), openPseudoTerminal);
}

Deno.test("nobody else gets at a keeper's memory through a process that others can see", () => {
  const listed = (namespaces: number) =>
    describe(
      keeperProgram({ ...request(script("true")), clone: { namespaces }, report: 3 }, clone3Steps),
    );
  const closes = (line: string) => line.startsWith("prctl(4, 0");
  const lines = listed(CLONE.NEWNS);
  ok(lines.findIndex(closes) < lines.findIndex((line) => line.startsWith("clone3")));
  ok(lines.some(closes));
  equal(listed(CLONE.NEWPID).some(closes), false);
});
