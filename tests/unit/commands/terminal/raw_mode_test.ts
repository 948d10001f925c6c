import { deepEqual, equal, throws } from "node:assert/strict";
import { AT, O } from "../../../../ffi/constants.ts";
import { close, openAt, withFd } from "../../../../ffi/file.ts";
import { getTermios, makeRaw, openPseudoTerminal, setTermios } from "../../../../ffi/terminal.ts";
import { RawMode } from "../../../../commands/terminal/raw_mode.ts";
import { eventually, RunningProcess } from "../../../e2e/harness/process.ts";

const fixture = new URL("fixtures/raw_mode.ts", import.meta.url).pathname;

interface Session {
  readonly process: RunningProcess;
  /** Gives the terminal the modes that it had before the process began. */
  reset(): void;
  isRaw(): boolean;
  isAsBefore(): boolean;
}

/** Runs `use` while a process has a terminal of its own, which it has put into raw mode. */
async function withRawSession(ending: string, use: (session: Session) => Promise<void>) {
  const devpts = openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY);
  const { master, slave } = withFd(devpts, openPseudoTerminal);
  const original = getTermios(slave), raw = makeRaw(original);
  const is = (expected: Uint8Array) =>
    getTermios(slave).every((byte, index) => byte === expected[index]);
  const terminal = `/proc/${Deno.pid}/fd/${slave}`;
  const program = [Deno.execPath(), "run", "--quiet", "--allow-all", fixture, ending];
  // In a session of its own, with the terminal as its controlling one.
  const shell = `exec setsid --ctty "$@" < ${terminal}`;
  const process = new RunningProcess(["sh", "-c", shell, "sh", ...program]);
  try {
    await process.waitFor("raw\n");
    const reset = () => setTermios(slave, original);
    await use({ process, reset, isRaw: () => is(raw), isAsBefore: () => is(original) });
  } finally {
    process.kill("SIGKILL");
    await process.wait();
    close(master);
    close(slave);
  }
}

const endings: [ending: string, signal: Deno.Signal, code: number][] = [
  ["exit", "SIGUSR1", 3],
  ["throw", "SIGUSR1", 1],
  ["reject", "SIGUSR1", 1],
  ["signal", "SIGTERM", 143],
  ["signal", "SIGINT", 130],
  ["signal", "SIGHUP", 129],
  ["signal", "SIGQUIT", 131],
];

for (const [ending, signal, code] of endings) {
  Deno.test(`a terminal is not left raw by a process that ends by ${ending} (${signal})`, () =>
    withRawSession(ending, async ({ process, isRaw, isAsBefore }) => {
      equal(isRaw(), true);
      process.kill(signal);
      const result = await process.wait();
      equal(result.code, code, result.stderr);
      equal(isAsBefore(), true);
    }));
}

Deno.test("a terminal is raw until the mode is disposed of", () =>
  withRawSession("dispose", async ({ process, isRaw, isAsBefore }) => {
    equal(isRaw(), true);
    process.kill("SIGUSR1");
    await process.waitFor("disposed\n");
    equal(isAsBefore(), true);
    process.kill("SIGTERM"); // as it would without
    equal((await process.wait()).code, 143);
  }));

Deno.test("a signal that box passes on does not end it", () =>
  withRawSession("passed on", async ({ process, isRaw }) => {
    process.kill("SIGTERM");
    await process.waitFor("SIGTERM\n");
    equal(isRaw(), true);
  }));

Deno.test("a process that was stopped goes on in raw mode", () =>
  withRawSession("exit", async ({ process, reset, isRaw, isAsBefore }) => {
    process.kill("SIGSTOP");
    const state = () => Deno.readTextFileSync(`/proc/${process.pid}/stat`).split(") ")[1][0];
    await eventually("it stands still", () => state() === "T");
    reset(); // what a shell does
    equal(isRaw(), false);
    process.kill("SIGCONT");
    await eventually("the terminal is raw again", isRaw);
    process.kill("SIGUSR1");
    equal((await process.wait()).code, 3);
    equal(isAsBefore(), true);
  }));

Deno.test("what is no terminal has no raw mode", () => {
  withFd(openAt(AT.FDCWD, "/dev/null", O.RDWR), (fd) => {
    throws(() => new RawMode(fd), { code: "ENOTTY" });
  });
});

Deno.test("a terminal that is gone needs no restoring", () => {
  const devpts = openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY);
  const { master, slave } = withFd(devpts, openPseudoTerminal);
  const original = getTermios(slave);
  const raw = new RawMode(slave);
  deepEqual(getTermios(slave), makeRaw(original));
  close(master);
  raw.restore();
  raw[Symbol.dispose]();
  close(slave);
});
