import assert from "node:assert/strict";
import { ignoring, parseIgnoreFile } from "../../../../../runtime/build/frontend/ignore_file.ts";

/** The file, paths that it ignores, and paths that it does not. */
const cases: [text: string, ignored: string[], kept: string[]][] = [
  ["a", ["a", "a/b", "a/b/c"], ["b", "ab", "b/a"]],
  ["/a", ["a", "a/b"], ["b/a"]],
  ["a/", ["a", "a/b"], ["b/a"]],
  ["./a//b/../c", ["a/c"], ["a/b", "c"]],
  ["a/b", ["a/b", "a/b/c"], ["a", "b", "a/c"]],
  ["*", ["a", "a/b", ".x"], []],
  ["*.o", ["a.o", ".o", "a.o/b"], ["a", "b/a.o"]],
  ["*/*.o", ["b/a.o"], ["a.o", "c/b/a.o"]],
  ["a?", ["ab", "a."], ["a", "abc", "a/"]],
  ["**/a", ["a", "b/a", "c/b/a", "b/a/c"], ["ba", "b/ca"]],
  ["**/*.o", ["a.o", "b/a.o", "c/b/a.o"], ["a.c"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "b"]],
  ["a/**/b", ["a/b", "a/c/b", "a/c/d/b"], ["a", "a/cb", "b"]],
  ["**", ["a", "a/b"], []],
  ["**a", ["a", "ba", "c/ba"], ["ab"]],
  ["**/a/**", ["a/b", "c/a/b"], ["a", "c/a"]],
  ["[a-c]x", ["ax", "cx"], ["dx", "x"]],
  ["[^a]x", ["bx"], ["ax"]],
  ["a\\*", ["a*"], ["ab"]],
  ["a.b", ["a.b"], ["axb"]],
  ["a+(b)|c{d}$", ["a+(b)|c{d}$"], ["aab"]],
  ["# a\nb", ["b"], ["a", "# a"]],
  [" # a", ["# a"], ["a"]],
  ["  a  \r\n\n\tb", ["a", "b"], [""]],
  ["\uFEFFa", ["a"], []],
  ["*\n!a", ["b", "b/a"], ["a", "a/b"]],
  ["!a\n*", ["a", "b"], []],
  ["a\n!a/b", ["a", "a/c"], ["a/b", "a/b/c"]],
  ["a\n!a/b\na/b/c", ["a/b/c", "a/x"], ["a/b", "a/b/d"]],
  ["*.md\n!README*.md\nREADME-secret.md", ["x.md", "README-secret.md"], [
    "README.md",
    "README-1.md",
  ]],
  ["**\n!**/*.go", ["a", "a/b.c"], ["a/b.go", "x.go"]],
  ["! a\n*", ["a"], []],
  ["*\n! a", ["b"], ["a"]],
  ["a\n!a/", [], ["a", "a/b"]],
  [".git\nnode_modules", [".git/HEAD", "node_modules/a/b"], ["src/node_modules"]],
  ["..", [], ["a"]],
  [".", [], ["a"]],
  ["Dockerfile\n.dockerignore", ["Dockerfile", ".dockerignore"], ["Dockerfile2"]],
  ["é*", ["éa"], ["e"]],
  ["a\\ b", ["a b"], ["a"]],
];

for (const [text, ignored, kept] of cases) {
  Deno.test(`parseIgnoreFile() of ${JSON.stringify(text)}`, () => {
    const ignores = parseIgnoreFile(text);
    for (const path of ignored) assert.ok(ignores(path), `${path} is not ignored`);
    for (const path of kept) assert.ok(!ignores(path), `${path} is ignored`);
  });
}

/** Directories that need not be looked into, and such that must be. */
const directories: [text: string, skipped: string[], entered: string[]][] = [
  ["a", ["a", "a/b"], ["b"]],
  ["a/*", ["a/b"], ["a"]],
  ["**/*.o", ["x.o"], ["a"]],
  ["*\n!a/b", ["b", "a/c"], ["a", "a/b"]],
  ["*\n!**/x", [], ["b", "b/c"]],
  ["*\n!a*/b", ["b"], ["a", "ab"]],
  ["*\n!a", ["b"], ["a", "a/b"]],
  ["*\n!a/b\na", ["a"], []],
  ["!a/b\n*", ["a"], []],
];

for (const [text, skipped, entered] of directories) {
  Deno.test(`parseIgnoreFile() of ${JSON.stringify(text)} leaves out directories`, () => {
    const ignores = parseIgnoreFile(text);
    const isSkipped = (path: string) => ignores(path) && !ignores.mayIncludeBelow(path);
    for (const path of skipped) assert.ok(isSkipped(path), `${path} is entered`);
    for (const path of entered) assert.ok(!isSkipped(path), `${path} is skipped`);
  });
}

const refused: [text: string, message: string][] = [
  ["!", 'illegal exclusion pattern: "!"'],
  ["[a", "syntax error in pattern: [a"],
  ["[]a]", "syntax error in pattern: []a]"],
  ["a[", "syntax error in pattern: a["],
  ["a\\", "syntax error in pattern: a\\"],
];

for (const [text, message] of refused) {
  Deno.test(`parseIgnoreFile() refuses ${text}`, () => {
    assert.throws(() => parseIgnoreFile(text), { name: "InvalidError", message });
  });
}

Deno.test("ignoring() takes no longer for a pattern that can match in many ways", () => {
  const ignores = ignoring(["*a".repeat(200) + "b"]);
  assert.equal(ignores("a".repeat(4000)), false);
});
