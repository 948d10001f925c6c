import assert from "node:assert/strict";
import {
  type ArgumentCount,
  atLeast,
  atMost,
  between,
  exactly,
  noArgs,
} from "../../../../commands/cli/arguments.ts";

Deno.test("argument counts are judged in Docker's words", () => {
  const table: [ArgumentCount, allowed: number[], refused: number[], problem: string][] = [
    [noArgs, [0], [1, 2], "accepts no arguments"],
    [exactly(1), [1], [0, 2], "requires exactly 1 argument"],
    [exactly(2), [2], [0, 1, 3], "requires exactly 2 arguments"],
    [atLeast(1), [1, 9], [0], "requires at least 1 argument"],
    [atLeast(2), [2, 9], [0, 1], "requires at least 2 arguments"],
    [atMost(1), [0, 1], [2], "requires at most 1 argument"],
    [between(1, 2), [1, 2], [0, 3], "requires at least 1 and at most 2 arguments"],
  ];
  for (const [judge, allowed, refused, problem] of table) {
    for (const count of allowed) assert.equal(judge(count), null, `${problem}: ${count}`);
    for (const count of refused) assert.equal(judge(count), problem, String(count));
  }
});
