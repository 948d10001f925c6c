import assert from "node:assert/strict";
import type { RowGroup } from "../../../../tools/bench/row.ts";
import { chooseRows, groups } from "../../../../tools/bench/rows.ts";

const group = (...names: string[]): RowGroup => ({
  rows: names.map((name) => ({ name, unit: "ms", runs: 1, measured: [] })),
});

const chosenOf = (groups: readonly RowGroup[], ...words: string[]) =>
  chooseRows(groups, words).map(({ rows }) => rows.map(({ name }) => name));

const some = [group("run --rm, network none", "rm"), group("import Debian"), group("ps")];

Deno.test("without words all rows are chosen", () => {
  assert.deepEqual(chosenOf(some), [["run --rm, network none", "rm"], ["import Debian"], ["ps"]]);
});

Deno.test("a word chooses rows with that very word, and groups without any are left out", () => {
  assert.deepEqual(chosenOf(some, "rm"), [["rm"]]);
  assert.deepEqual(chosenOf(some, "--rm", "import"), [
    ["run --rm, network none"],
    ["import Debian"],
  ]);
});

Deno.test("no two rows have the same name", () => {
  const names = groups.flatMap(({ rows }) => rows.map(({ name }) => name));
  assert.deepEqual(names, [...new Set(names)]);
});
