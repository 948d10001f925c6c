import { deepEqual, equal, ok } from "node:assert/strict";
import { deal, isEndToEnd, LONGEST, testFiles } from "../../../../tools/test/files.ts";

Deno.test("files are found below directories, each once, and the longest come first", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/sub`);
    for (
      const name of ["a_test.ts", "harness.ts", "sub/b_test.ts", `z_${LONGEST[1]}`, LONGEST[1]]
    ) {
      await Deno.writeTextFile(`${directory}/${name}`, "");
    }
    const found = await testFiles([`${directory}/a_test.ts`, directory]);
    deepEqual(found.map((file) => file.slice(directory.length + 1)), [
      LONGEST[1],
      "a_test.ts",
      "sub/b_test.ts",
      `z_${LONGEST[1]}`,
    ]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("what is said to take longest is there", async () => {
  for (const name of LONGEST) {
    ok((await Deno.stat(new URL(`../../../e2e/${name}`, import.meta.url))).isFile);
  }
});

Deno.test("unit tests are told from the others by where they are", () => {
  equal(isEndToEnd("tests/e2e/run_test.ts"), true);
  equal(isEndToEnd("/home/a/box/tests/builds/npm_test.ts"), true);
  equal(isEndToEnd("tests/unit/tests/e2e/harness/host_test.ts"), false);
  equal(isEndToEnd("./tests/unit/ffi/timer_test.ts"), false);
});

Deno.test("files are dealt out to heaps of which none is empty", () => {
  deepEqual(deal(["a", "b", "c"], 2), [["a", "c"], ["b"]]);
  deepEqual(deal(["a"], 4), [["a"]]);
  deepEqual(deal([], 2), []);
});
