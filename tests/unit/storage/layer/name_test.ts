import assert from "node:assert/strict";
import { baseOf, cleanName, joinPaths, parentOf, pathOf } from "../../../../storage/layer/name.ts";

Deno.test("cleanName() gives the path below the root", () => {
  const cases: [name: string, path: string | undefined][] = [
    ["a", "a"],
    ["a/b", "a/b"],
    ["./a/b/", "a/b"],
    ["/a", "a"],
    ["//a//b//", "a/b"],
    [".", ""],
    ["./", ""],
    ["/", ""],
    ["", ""],
    ["././a", "a"],
    ["a/.", "a"],
    ["a/./b", "a/b"],
    ["a/..", ""],
    ["a/../b", "b"],
    ["./..a", "..a"],
    ["...", "..."],
    [".a", ".a"],
    ["a..", "a.."],
    ["/..", ""],
    ["/../../etc", "etc"],
    ["..", undefined],
    ["../a", undefined],
    ["./../a", undefined],
    ["a/../../b", undefined],
    ["a/b/../../../c", undefined],
  ];
  for (const [name, path] of cases) assert.equal(cleanName(name), path, JSON.stringify(name));
  assert.throws(() => pathOf("../a"), {
    name: "ArchiveError",
    message: '"../a" is outside of "/"',
  });
});

Deno.test("paths are taken apart and put together", () => {
  assert.deepEqual([parentOf("a/b/c"), baseOf("a/b/c")], ["a/b", "c"]);
  assert.deepEqual([parentOf("a"), baseOf("a")], ["", "a"]);
  assert.deepEqual([joinPaths("", "a"), joinPaths("a", ""), joinPaths("a", "b")], [
    "a",
    "a",
    "a/b",
  ]);
});
