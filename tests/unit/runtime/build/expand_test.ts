import assert from "node:assert/strict";
import {
  expandHeredoc,
  expandWord,
  expandWords,
  variablesOf,
} from "../../../../runtime/build/expand.ts";

const variables = variablesOf(["a=1", "empty=", "spaced=x  y", "a=2", "bare", "é=e"]);

const patterns = variablesOf([
  "path=/usr/local/lib/a.tar.gz",
  "stars=a*b",
  "x=aaa",
  "slashes=a/b/c",
]);

/** As bash prints them. */
const substitutions: [text: string, expanded: string][] = [
  ["${path#*/}", "usr/local/lib/a.tar.gz"],
  ["${path##*/}", "a.tar.gz"],
  ["${path%.*}", "/usr/local/lib/a.tar"],
  ["${path%%.*}", "/usr/local/lib/a"],
  ["${path%/*}", "/usr/local/lib"],
  ["${path#nothing}", "/usr/local/lib/a.tar.gz"],
  ["${path#/us?}", "/local/lib/a.tar.gz"],
  ["${path#}", "/usr/local/lib/a.tar.gz"],
  ["${unset#*}.", "."],
  ["${stars#a\\*}", "b"],
  ["${stars%\\*b}", "a"],
  ["${x/a/b}", "baa"],
  ["${x//a/b}", "bbb"],
  ["${x//a/}", ""],
  ["${x//*/b}", "b"],
  ["${x/aa/b}", "ba"],
  ["${x//aa/b}", "ba"],
  ["${slashes/\\//-}", "a-b/c"],
  ["${slashes//\\//-}", "a-b-c"],
  ["${slashes//?/x}", "xxxxx"],
  ["${x/${unset:-a}/${stars}}", "a*baa"],
  ["${path##${slashes}}", "/usr/local/lib/a.tar.gz"],
];

for (const [text, expanded] of substitutions) {
  Deno.test(`expandWord() substitutes ${text}`, () => {
    assert.equal(expandWord(text, patterns, "\\"), expanded);
  });
}

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
  ["${a/b}", "syntax error: missing '/' in ${}"],
  ["${a/b/c", "syntax error: missing '}'"],
  ["${a#b", "syntax error: missing '}'"],
  ["${a:#b}", "unsupported modifier (:#) in substitution"],
  ["${a^}", "unsupported modifier (^) in substitution"],
  ["${a#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"],
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

Deno.test("expandHeredoc() leaves quotes as they are", () => {
  assert.equal(expandHeredoc(`"$a" '$a' \\$a\n`, variables), `"1" '1' $a\n`);
});

Deno.test("expandWord() refuses what would take all memory, stack or time", () => {
  const double = new Map([["a", "x".repeat(100_000)]]);
  assert.throws(() => expandWord("$a$a$a", double, "\\"), { message: /longer than 131072/ });
  const deep = "${u:-".repeat(100_000) + "}".repeat(100_000);
  assert.throws(() => expandWord(deep, double, "\\"), { message: /substitutions in each other/ });
  const slow = "${a/" + "?*".repeat(1000) + "y/z}";
  assert.throws(() => expandWord(slow, double, "\\"), { message: /takes too long/ });
});
