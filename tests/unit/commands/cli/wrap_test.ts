import assert from "node:assert/strict";
import { wrapBeside } from "../../../../commands/cli/wrap.ts";

Deno.test("wrapBeside() breaks lines where pflag does", () => {
  const text = "Show n last created containers (includes all states) (default -1)";
  const table: [indent: number, width: number, lines: string[]][] = [
    [24, 79, ["Show n last created containers (includes all", "states) (default -1)"]],
    [24, 200, [text]],
    // A last line may reach a little further than the others.
    [10, 10 + text.length + 1, [text]],
    [10, 10 + text.length, [
      "Show n last created containers (includes all states)",
      "(default -1)",
    ]],
  ];
  for (const [indent, width, lines] of table) {
    assert.deepEqual(
      wrapBeside(text, indent, width).split("\n").map((line) => line.trimStart()),
      lines,
      `${indent} ${width}`,
    );
  }
});

Deno.test("wrapBeside() indents the lines after the first", () => {
  const wrapped = wrapBeside("one two three four five six seven eight", 40, 70);
  assert.equal(wrapped, `one two three four five\n${" ".repeat(40)}six seven eight`);
});

Deno.test("wrapBeside() goes below the column where there is no room beside it", () => {
  const text = "one two three four five six seven eight";
  const below = `\n${" ".repeat(16)}`;
  assert.equal(
    wrapBeside(text, 40, 50),
    `${below}one two three four five six${below}seven eight`,
  );
  assert.equal(wrapBeside(text, 40, 30), text, "and gives up where there is none at all");
});

Deno.test("wrapBeside() leaves a word that is longer than a line whole", () => {
  const word = "x".repeat(100);
  assert.equal(wrapBeside(word, 10, 79), word);
});
