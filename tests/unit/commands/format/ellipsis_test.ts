import { equal } from "node:assert/strict";
import { ellipsis, truncateId } from "../../../../commands/format/ellipsis.ts";

Deno.test("ellipsis() cuts to columns, of which wide characters take two", () => {
  const cases: [text: string, columns: number, shortened: string][] = [
    ["", 5, ""],
    ["abc", 5, "abc"],
    ["abcde", 5, "abcde"],
    ["abcdef", 5, "abcd…"],
    ["abcdef", 2, "a…"],
    ["abcdef", 1, "a"],
    ["abcdef", 0, ""],
    ["", 1, ""],
    ["ééééé", 5, "ééééé"],
    ["éééééé", 5, "éééé…"],
    ["世界世", 6, "世界世"],
    ["世界世界", 6, "世界…"],
    ["a世界世界", 6, "a世界…"],
    ["a😀😀😀", 6, "a😀😀…"],
  ];
  for (const [text, columns, shortened] of cases) equal(ellipsis(text, columns), shortened);
});

Deno.test("truncateId() keeps 12 characters of the hash", () => {
  const hash = "089b248f77a0819433efd3b3d1744d908597ef2362038bc44caa1bb7a14cb3d1";
  equal(truncateId(hash), "089b248f77a0");
  equal(truncateId(`sha256:${hash}`), "089b248f77a0");
  equal(truncateId("short"), "short");
});
