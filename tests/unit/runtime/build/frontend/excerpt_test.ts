import assert from "node:assert/strict";
import { excerptOf } from "../../../../../runtime/build/frontend/excerpt.ts";

const lines = Array.from({ length: 12 }, (_, index) => `L${index + 1}`);

/** Which lines are marked, and which are shown. */
const cases: [first: number, last: number, shown: [first: number, last: number]][] = [
  [5, 5, [3, 7]],
  [5, 6, [4, 7]],
  [1, 1, [1, 3]],
  [12, 12, [10, 12]],
  [11, 40, [10, 12]],
];

for (const [first, last, [start, end]] of cases) {
  Deno.test(`excerptOf() lines ${first} to ${last}`, () => {
    const [head, rule, ...rest] = excerptOf(lines, [first, last], "Dockerfile")!.split("\n");
    assert.equal(head, `Dockerfile:${first}`);
    assert.equal(rest.pop(), rule);
    const expected = lines.slice(start - 1, end).map((line, index) => {
      const number = start + index, isMarked = number >= first && number <= last;
      return ` ${String(number).padStart(3)} | ${isMarked ? ">>>" : "   "} ${line}`;
    });
    assert.deepEqual(rest, expected);
  });
}

Deno.test("excerptOf() has nothing for lines that are not there", () => {
  assert.equal(excerptOf(lines, [13, 13], "Dockerfile"), undefined);
});

Deno.test("excerptOf() shows nothing that a terminal obeys, and no endless lines", () => {
  const [, , line] = excerptOf(["\x1b[2Ja\tb" + "x".repeat(1e5)], [1, 1], "f")!.split("\n");
  assert.match(line, /^ {3}1 \| >>> \uFFFD\[2Ja\tbx{493}\.\.\.$/);
});
