import assert from "node:assert/strict";
import { parseOptions, usage } from "../../../../tools/bench/options.ts";

Deno.test("words choose rows, and the number of runs may come before or after them", () => {
  assert.deepEqual(parseOptions([]), { words: [], runs: undefined });
  assert.deepEqual(parseOptions(["run", "--runs", "3", "import"]), {
    words: ["run", "import"],
    runs: 3,
  });
  assert.deepEqual(parseOptions(["--runs=12"]), { words: [], runs: 12 });
});

Deno.test("a row's name may begin with dashes", () => {
  assert.deepEqual(parseOptions(["--version"])?.words, ["--version"]);
});

Deno.test("what is no number of runs is not understood", () => {
  for (const args of [["--runs"], ["--runs", "0"], ["--runs=x"], ["--runs=1.5"], ["--help"]]) {
    assert.equal(parseOptions(args), undefined, args.join(" "));
  }
});

Deno.test("the usage names every row", () => {
  const row = { unit: "ms", runs: 1, measured: [] } as const;
  const text = usage([{ rows: [{ ...row, name: "one" }] }, { rows: [{ ...row, name: "two" }] }]);
  assert.match(text, /\n {2}one\n {2}two$/);
});
