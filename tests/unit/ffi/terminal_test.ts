import assert from "node:assert/strict";
import { AT, O } from "../../../ffi/constants.ts";
import { close, openAt, read, withFd, writeAll } from "../../../ffi/file.ts";
import {
  getTermios,
  getWindowSize,
  isHangup,
  isTerminal,
  makeRaw,
  openPseudoTerminal,
  type PseudoTerminal,
  setTermios,
  setWindowSize,
} from "../../../ffi/terminal.ts";

function withTerminal(use: (terminal: PseudoTerminal) => void): void {
  const terminal = withFd(
    openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY),
    openPseudoTerminal,
  );
  try {
    use(terminal);
  } finally {
    close(terminal.master);
    close(terminal.slave);
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Reads so much, in however many pieces it comes. */
function readText(fd: number, length: number): string {
  const buffer = new Uint8Array(length);
  for (let at = 0; at < length;) at += read(fd, buffer.subarray(at));
  return new TextDecoder().decode(buffer);
}

/** What stty(1) says of a terminal. */
function stty(fd: number, ...args: string[]): string {
  const file = `/proc/${Deno.pid}/fd/${fd}`;
  const { stdout } = new Deno.Command("stty", { args: ["-F", file, ...args] }).outputSync();
  return new TextDecoder().decode(stdout);
}

Deno.test("a pseudo-terminal has two ends, which are terminals; files and pipes are none", () => {
  withTerminal(({ master, slave }) => {
    assert.ok(isTerminal(master) && isTerminal(slave));
    writeAll(master, bytes("typed\n"));
    assert.equal(readText(slave, 6), "typed\n");
    assert.equal(readText(master, 7), "typed\r\n"); // the echo
    assert.match(Deno.readLinkSync(`/proc/self/fd/${slave}`), /^\/dev\/pts\/\d+$/);
  });
  withFd(openAt(AT.FDCWD, "/dev/null", O.RDWR), (fd) => {
    assert.ok(!isTerminal(fd));
    assert.throws(() => getTermios(fd), { code: "ENOTTY" });
    assert.throws(() => getWindowSize(fd), { code: "ENOTTY" });
  });
  assert.ok(!isTerminal(12345));
});

Deno.test("in raw mode what is typed arrives at once, as it is and without an echo", () => {
  withTerminal(({ master, slave }) => {
    const original = getTermios(slave);
    setTermios(slave, makeRaw(original));
    writeAll(master, bytes("\x03\r\x13ab"));
    assert.equal(readText(slave, 5), "\x03\r\x13ab");
    writeAll(slave, bytes("line\n"));
    assert.equal(readText(master, 5), "line\n");
    assert.deepEqual(getTermios(slave), makeRaw(original));

    setTermios(slave, original);
    assert.deepEqual(getTermios(slave), original);
    writeAll(slave, bytes("line\n"));
    assert.equal(readText(master, 6), "line\r\n");
  });
});

Deno.test("raw mode is what stty calls raw", () => {
  withTerminal(({ slave }) => {
    const original = getTermios(slave);
    stty(slave, "evenp", "istrip", "ixon", "min", "5", "time", "7");
    setTermios(slave, makeRaw(getTermios(slave)));
    const modes = stty(slave, "-a");
    const off = ["parenb", "istrip", "ixon", "icrnl", "opost", "isig", "icanon", "echo", "iexten"];
    for (const mode of off) assert.match(modes, new RegExp(`-${mode}\\b`), mode);
    assert.match(modes, /\bcs8\b/);
    assert.match(modes, /min = 1; time = 0;/);
    assert.ok(!makeRaw(original).every((byte, i) => byte === original[i]), "a copy is changed");
  });
});

Deno.test("both ends of a terminal have one size", () => {
  withTerminal(({ master, slave }) => {
    assert.deepEqual(getWindowSize(slave), { rows: 0, columns: 0 });
    setWindowSize(master, { rows: 50, columns: 300 });
    assert.deepEqual(getWindowSize(slave), { rows: 50, columns: 300 });
    assert.equal(stty(slave, "size"), "50 300\n");
  });
});

Deno.test("when the last process has closed its end, reading the other fails with a hangup", () => {
  const terminal = withFd(
    openAt(AT.FDCWD, "/dev/pts", O.PATH | O.DIRECTORY),
    openPseudoTerminal,
  );
  close(terminal.slave);
  withFd(terminal.master, (master) => {
    assert.throws(() => readText(master, 1), isHangup);
  });
});
