import { equal, throws } from "node:assert/strict";
import { InvalidError } from "../../../storage/errors.ts";
import { compilePathPattern } from "../../../storage/path_pattern.ts";

Deno.test("patterns match as Go's path.Match does", () => {
  const cases: [pattern: string, name: string, isMatch: boolean][] = [
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*c", "abc", true],
    ["a*", "a", true],
    ["a*", "ab/c", false],
    ["a*/b", "abc/b", true],
    ["a*/b", "a/c/b", false],
    ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
    ["a*b*c*d*e*/f", "axbxcxdxexxx/fff", false],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["a???b", "a☺b", false],
    ["[a-ζ]*", "α", true],
    ["*[a-ζ]", "A", false],
    ["a?b", "a/b", false],
    ["a*b", "a/b", false],
    ["a[^x]b", "a/b", true],
    ["[\\]a]", "]", true],
    ["[\\-x]", "-", true],
    ["[x\\-]", "z", false],
    ["[z-a]", "z", false],
    ["[^z-a]", "z", true],
    ["a.b", "axb", false],
    ["a(b|c)+$", "a(b|c)+$", true],
    ["", "", true],
    ["", "a", false],
  ];
  for (const [pattern, name, isMatch] of cases) {
    equal(compilePathPattern(pattern).test(name), isMatch, `${pattern} ${name}`);
  }
});

Deno.test("what is no pattern is refused in Go's words", () => {
  for (
    const pattern of [
      "[",
      "[]a]",
      "[-]",
      "[x-]",
      "[-x]",
      "[a-b-c]",
      "[a-b-]",
      "a[",
      "[^",
      "[^bc",
      "\\",
    ]
  ) {
    throws(
      () => compilePathPattern(pattern),
      (error) => error instanceof InvalidError && error.message === "syntax error in pattern",
      pattern,
    );
  }
});
