import assert from "node:assert/strict";
import { parseDockerfile } from "../../../../runtime/build/dockerfile.ts";

/** Name, flags and words of every line. */
function linesOf(text: string) {
  return parseDockerfile(text).lines.map(({ name, flags, words }) => [name, flags, words]);
}

Deno.test("parseDockerfile() joins continued lines, without the comments and empty lines in them", () => {
  const text = "USER a\\  \n  # comment\n\n  b\n\n# another\n\tuser c\n";
  assert.deepEqual(linesOf(text), [["user", [], ["a  b"]], ["user", [], ["c"]]]);
});

Deno.test("parseDockerfile() counts the lines of the file", () => {
  const { lines } = parseDockerfile("# one\n\nUSER a \\\n b\nUSER c");
  assert.deepEqual(lines.map((line) => line.lines), [[3, 4], [5, 5]]);
});

Deno.test("parseDockerfile() does not take two escapes for a continuation", () => {
  assert.deepEqual(linesOf("USER a\\\\\nUSER b"), [["user", [], ["a\\\\"]], ["user", [], ["b"]]]);
});

Deno.test("parseDockerfile() reads files from Windows", () => {
  assert.deepEqual(linesOf("\uFEFFUSER a \\\r\nb\r\n"), [["user", [], ["a b"]]]);
});

Deno.test("parseDockerfile() takes directives only from the first lines", () => {
  assert.equal(parseDockerfile("# syntax=x\n# Escape = `\nUSER a").escapeToken, "`");
  assert.equal(parseDockerfile("# other=x\n# escape=`\nUSER a").escapeToken, "\\");
  assert.equal(parseDockerfile("\n# escape=`\nUSER a").escapeToken, "\\");
});

Deno.test("parseDockerfile() refuses directives that make no sense", () => {
  assert.throws(() => parseDockerfile("# escape=x\nUSER a"), {
    message: "invalid escape token 'x' does not match ` or \\",
  });
  assert.throws(() => parseDockerfile("# escape=`\n#escape=`\nUSER a"), {
    message: "only one escape parser directive can be used",
  });
});

Deno.test("parseDockerfile() takes flags from the front only, without their quotes", () => {
  assert.deepEqual(linesOf('HEALTHCHECK --a="x y" --b=\\"  CMD --c'), [
    ["healthcheck", ["--a=x y", '--b="'], ["CMD", "--c"]],
  ]);
  assert.deepEqual(linesOf("CMD -- --c"), [["cmd", [], ["--c"]]]);
});

Deno.test("parseDockerfile() gives every instruction its own grammar", () => {
  assert.deepEqual(
    linesOf('COPY a  b\nARG a="x y" b\nADD ["a b","c"]\nEXPOSE ["a"]\nFOO a'),
    [
      ["copy", [], ["a", "b"]],
      ["arg", [], ['a="x y"', "b"]],
      ["add", [], ["a b", "c"]],
      ["expose", [], ['["a"]']],
      ["foo", [], []],
    ],
  );
});
