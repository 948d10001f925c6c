/** The process that keeps a container's first process, and knows how it ended. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { AT, CLONE, O } from "../../../../ffi/constants.ts";
import { close, makePipe, openAt, read } from "../../../../ffi/file.ts";
import { Keeper } from "../../../../ffi/spawn/keeper.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { execute } from "../../../../ffi/spawn/search.ts";
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
  throws(() => Keeper.start({ ...request(script("true")), pidNamespace: 0 }), { code: "EINVAL" });
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
    match(Deno.readTextFileSync(`/proc/${processPid}/comm`), /^(sh|sleep)$/m);
    keeper.dismiss();
    await eventually("the process is gone", () => !runs(processPid));
  }, CLONE.NEWPID);
});

Deno.test("a keeper weighs next to nothing, and has nothing of its starter open", async () => {
  await withKeeper(script("sleep 1000"), ({ keeper }) => {
    const rollup = Deno.readTextFileSync(`/proc/${keeper.pid}/smaps_rollup`);
    const pss = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1]);
    ok(pss < 100, `${pss} kB`);
    const links = () =>
      [...Deno.readDirSync(`/proc/${keeper.pid}/fd`)]
        .map(({ name }) => Deno.readLinkSync(`/proc/${keeper.pid}/fd/${name}`));
    keeper.untie();
    equal(links().length, 5, links().join(" "));
    equal(links().filter((link) => link === "/dev/null").length, 3);
  });
});

Deno.test("a keeper that is tied goes with its starter, unless it was told to stay", async () => {
  const { tied, untied } = await runFixture("start_keepers.ts") as Record<string, number>;
  await eventually("the keeper is gone", () => !runs(tied));
  ok(runs(untied));
  Deno.kill(untied, "SIGKILL");
});
