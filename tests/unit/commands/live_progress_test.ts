import assert from "node:assert/strict";
import { LiveProgress } from "../../../commands/build_progress/live.ts";
import { frameLines, type LiveStep } from "../../../commands/build_progress/live_frame.ts";
import { StepScreen } from "../../../commands/build_progress/step_screen.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function step(title: string, fields: Partial<LiveStep> = {}): LiveStep {
  return { title, state: "done", begun: 0, ended: 10, notes: [], output: { lines: [] }, ...fields };
}

const running = (title: string, ...lines: string[]) =>
  step(title, { state: "running", ended: undefined, output: { lines } });

function frame(steps: LiveStep[], rows = 24, isLast = false, columns = 30): string[] {
  const fit = (text: string, width: number) => text.slice(0, width).padEnd(width);
  return frameLines({ steps, now: 2345, columns, rows, isLast, fit }).map(({ text }) => text);
}

Deno.test("a frame has a line for each step, and the last output of those that run", () => {
  assert.deepEqual(
    frame([
      step("[1/3] FROM a", { ended: 1500 }),
      step("[2/3] COPY . .", { state: "cached" }),
      running("[3/3] RUN make", "cc -o a", "a very long line of output that goes on"),
    ]),
    [
      "[+] Building 2.3s (2/3)",
      " => [1/3] FROM a          1.5s",
      " => CACHED [2/3] COPY . . 0.0s",
      " => [3/3] RUN make        2.3s",
      " => => # cc -o a",
      " => => # a very long line of o",
    ],
  );
});

Deno.test("the last frame has all steps and no output", () => {
  const notes = ["writing image"];
  const steps = [step("RUN a"), step("exporting", { notes })];
  assert.deepEqual(
    frame(steps, 3, true),
    [
      "[+] Building 2.3s (2/2) FINISHED",
      " => RUN a                 0.0s",
      " => exporting             0.0s",
      " => => writing image      0.0s",
    ].map((line) => line.slice(0, 30)),
  );
  const failed = frame([step("RUN a", { state: "failed" }), running("RUN b", "out")], 24, true);
  assert.deepEqual(failed, [
    "[+] Building 2.3s (1/2)",
    " => ERROR RUN a           0.0s",
    " => RUN b                 2.3s",
  ]);
});

Deno.test("where there is no room, what runs goes before what has ended", () => {
  const steps = [
    running("RUN slow", "a", "b", "c"),
    ...Array.from({ length: 20 }, (_, i) => step(`RUN ${i}`)),
  ];
  for (const rows of [1, 2, 3, 5, 10, 20]) {
    const lines = frame(steps, rows);
    assert.ok(lines.length < Math.max(rows, 2), `${lines.length} lines of ${rows}`);
    if (rows > 2) assert.match(lines[1], /RUN slow/);
  }
  assert.deepEqual(frame(steps, 5).map((line) => line.slice(4).split("  ")[0]), [
    "Building 2.3s (20/21)",
    "RUN slow",
    "RUN 18",
    "RUN 19",
  ]);
});

Deno.test("a step's screen shows what a terminal would, and passes nothing on that acts on it", () => {
  const screen = new StepScreen(3);
  screen.add(
    bytes("one\ntwo\n\n  0%\r 50%\r100%\nfour\r\n\x1b[31mred\x1b[0m\x1b]0;title\x07\t|\x1b[2J\x07"),
  );
  assert.deepEqual(screen.lines, ["100%", "four", "red        |"]);
  screen.add(bytes("\n"));
  screen.add(new Uint8Array([0xe4, 0xbd]));
  screen.add(new Uint8Array([0xa0]));
  assert.deepEqual(screen.lines, ["four", "red        |", "你"]);
});

Deno.test("a drawing takes the place of the one before, in columns of the terminal", () => {
  let text = "";
  const size = { rows: 10, columns: 20 };
  {
    using progress = new LiveProgress({ size, isColored: false, write: (part) => text += part });
    const vertex = { number: 1, title: "RUN 编译很长的名字的程序" };
    progress.started(vertex);
    progress.done(vertex);
  }
  assert.equal(
    text,
    "\x1b[?25l\r[+] Building 0.0s (\x1b[K\n => RUN 编译很 0.0s\x1b[K\n\x1b[J\x1b[?25h",
  );
});
