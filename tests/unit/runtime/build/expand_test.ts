import assert from "node:assert/strict";
import { expandWord, expandWords, variablesOf } from "../../../../runtime/build/expand.ts";

const variables = variablesOf(["a=1", "empty=", "spaced=x  y", "a=2", "bare", "é=e"]);

const words: [text: string, expanded: string][] = [
  ["$a-${a}", "1-1"],
  ["$ab ${unset}.", " ."],
  ["$empty$bare", ""],
  ["$é", "e"],
  ["$ a$", "$ a$"],
  ["$$ $1 $?", "  "],
  ["\\$a \\\\ \\x", "$a \\ x"],
  ["'$a \\' \"'$a' \\n\"", "$a \\ '1' \\n"],
  ['"\\"\\$\\\\\\a"', '"$\\\\a'],
  ["${a:-w}${unset:-w}${empty:-w}", "1ww"],
  ["${a-w}${unset-w}${empty-w}", "1w"],
  ["${a:+w}.${unset:+w}.${empty:+w}", "w.."],
  ["${a+w}.${unset+w}.${empty+w}", "w..w"],
  ["${unset:-${empty:-'}'}x}", "}x"],
  ["${a:?no}${empty?no}", "1"],
];

for (const [text, expanded] of words) {
  Deno.test(`expandWord() of ${text}`, () => {
    assert.equal(expandWord(text, variables, "\\"), expanded);
  });
}

const refused: [text: string, reason: string][] = [
  ["${", "syntax error: missing '}'"],
  ["${}", "syntax error: bad substitution"],
  ["${a", "syntax error: missing '}'"],
  ["${a:-'x", "syntax error: missing '}'"],
  ["${a:=x}", "unsupported modifier (:=) in substitution"],
  ["${unset:?}", "unset: is not allowed to be unset"],
  ["${empty:?}", "empty: is not allowed to be empty"],
  ["${unset?$a is missing}", "unset: 1 is missing"],
  ["'a", "unexpected end of statement while looking for matching single-quote"],
  ['"a\\"', "unexpected end of statement while looking for matching double-quote"],
];

for (const [text, reason] of refused) {
  Deno.test(`expandWord() refuses ${text}`, () => {
    assert.throws(() => expandWord(text, variables, "\\"), {
      name: "InvalidError",
      message: `failed to process ${JSON.stringify(text)}: ${reason}`,
    });
  });
}

Deno.test("expandWord() escapes with the token of the file", () => {
  assert.equal(expandWord("`$a \\$a", variables, "`"), "$a \\1");
});

Deno.test("expandWords() cuts at white space that is not quoted", () => {
  assert.deepEqual(expandWords("$spaced \"$spaced\" '' a\\ b ", variables, "\\"), [
    "x",
    "y",
    "x  y",
    "a b",
  ]);
});
