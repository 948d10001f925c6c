/** Everything is in a log, once and in order, whenever its writer is killed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { AT, O } from "../../../../../ffi/constants.ts";
import { close, makePipe, openAt, withFd, writeAll } from "../../../../../ffi/file.ts";
import { makeMemoryFile } from "../../../../../ffi/memory_file.ts";
import { makeTwoWayPipe } from "../../../../../ffi/splice.ts";
import {
  getTermios,
  makeRaw,
  openPseudoTerminal,
  setTermios,
} from "../../../../../ffi/terminal.ts";
import {
  JOURNAL_SIZE,
  type LogEnd,
  LogJournal,
  type Positions,
} from "../../../../../runtime/container/log/journal.ts";
import { Spool } from "../../../../../runtime/container/log/spool.ts";
import { bytesOf, TestLog } from "./helpers.ts";

const fixture = new URL("fixtures/write_log.ts", import.meta.url).pathname;
const LINES = 150_000, KILLS = 8, MAX_SIZE = 3_000_000;

Deno.test("whenever the writer of a log is killed, all that came through a pipe is there once", async () => {
  const [output, input] = makePipe();
  await surviveKills([output, makeMemoryFile("spool")], input);
});

Deno.test("whenever the writer of a log is killed, all that came from a terminal is there once", async () => {
  const { master, slave } = withFd(
    openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY),
    openPseudoTerminal,
  );
  setTermios(slave, makeRaw(getTermios(slave)));
  await surviveKills([master, makeMemoryFile("spool"), makeTwoWayPipe()], slave);
});

/** Numbers go into `input`; what its reader needs is in `descriptors`. */
async function surviveKills(descriptors: readonly number[], input: number): Promise<void> {
  await TestLog.with(async (log) => {
    const script = `exec seq 1 ${LINES} > /proc/${Deno.pid}/fd/${input}`;
    const source = new Deno.Command("sh", { args: ["-c", script] }).spawn();
    for (let kills = 0; kills < KILLS; kills++) {
      const writer = startWriter(log.path, descriptors);
      await writer.ready();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      writer.process.kill("SIGKILL");
      await writer.process.status;
    }
    const last = startWriter(log.path, descriptors);
    equal((await source.status).code, 0);
    close(input);
    await last.process.status;
    descriptors.forEach(close);
    let expected = 1;
    for (const { text } of log.read()) if (text !== `${expected++}\n`) break;
    equal(expected, LINES + 1);
  });
}

function startWriter(path: string, descriptors: readonly number[]) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fixture, path, ...[MAX_SIZE, ...descriptors].map(String)],
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  return { process, ready: () => reader.read() };
}

/** A writer that is killed at a certain step. */
class Interrupted {
  private readonly spool = makeMemoryFile("spool");
  private readonly journal = new LogJournal(this.spool);

  constructor(private readonly log: TestLog, private readonly maxSize = Infinity) {}

  /** As the kernel does it. */
  put(text: string): void {
    const [output, input] = makePipe();
    writeAll(input, new Uint8Array(bytesOf(text)));
    const spool = new Spool(this.spool, undefined, 0);
    while (spool.hasRest) spool.read(output, new Uint8Array(100));
    spool.read(output, new Uint8Array(0));
    close(output);
    close(input);
  }

  /** Goes on; without `noting` it is killed before it notes that everything is written. */
  write(noting = true): void {
    const { journal } = this;
    let last = () => {};
    const late = Object.assign(Object.create(journal), {
      write: (end: LogEnd, recorded: Positions) => {
        last();
        const then = { ...recorded };
        last = () => journal.write(end, then);
      },
    }) as LogJournal;
    const file = this.log.open({ maxSize: this.maxSize, maxFiles: 100 }, late);
    const spool = new Spool(this.spool, undefined, file.recorded.stdout);
    const buffer = new Uint8Array(1000);
    while (spool.hasRest) file.write("stdout", buffer.subarray(0, spool.read(-1, buffer)));
    if (noting || journal.read() === undefined) last();
    if (noting) spool.release(file.recorded.stdout);
    file.release();
  }

  texts(): string[] {
    return this.log.read().map(({ text }) => text);
  }
}

Deno.test("what was written and not noted is not written again", () =>
  TestLog.with((log) => {
    const writer = new Interrupted(log);
    writer.write();
    writer.put("one\ntwo\nthr");
    writer.write(false);
    deepEqual(writer.texts(), ["one\n", "two\n"]);
    Deno.writeTextFileSync(log.path, '{"log":"half a rec', { append: true });
    writer.write(false);
    writer.put("ee\n\xff\u2028four");
    writer.write();
    writer.write(false);
    writer.put("\n");
    writer.write(false);
    deepEqual(writer.texts(), ["one\n", "two\n", "three\n", "\xff\u2028four\n"]);
  }));

Deno.test("a line waits in the spool for its end, and comes once, over rotations, too", () =>
  TestLog.with((log) => {
    const writer = new Interrupted(log, 100);
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i} ${"x".repeat(i * 300)}\n`);
    writer.write();
    for (const [i, line] of lines.entries()) {
      writer.put(line.slice(0, 5));
      writer.write(i % 3 > 0);
      writer.put(line.slice(5));
      writer.write(i % 2 > 0);
    }
    equal(writer.texts().join(""), lines.join(""));
    ok(log.files().length > 20);
  }));

Deno.test("a log that was there before is gone on with, and one that was removed begins anew", () =>
  TestLog.with((log) => {
    log.write(["before\n"]);
    const writer = new Interrupted(log);
    writer.put("one\n");
    writer.write();
    deepEqual(writer.texts(), ["before\n", "one\n"]);
    Deno.removeSync(log.path);
    writer.put("two\n");
    writer.write();
    deepEqual(writer.texts(), ["two\n"]);
  }));

Deno.test("a spool gives back the memory of what is recorded", () => {
  const file = makeMemoryFile("spool"), [output, input] = makePipe();
  const spool = new Spool(file, undefined, 0), buffer = new Uint8Array(65536);
  const blocks = () => Deno.statSync(`/proc/self/fd/${file}`).blocks!;
  for (let recorded = 0; recorded < 100; recorded++) {
    writeAll(input, new Uint8Array(10_000));
    equal(spool.read(output, buffer), 10_000);
    spool.release((recorded + 1) * 10_000 - 100);
    ok(blocks() * 512 <= 2 * 4096, `${blocks()}`);
  }
  equal(Deno.statSync(`/proc/self/fd/${file}`).size, JOURNAL_SIZE + 1_000_000);
  [output, input, file].forEach(close);
});
