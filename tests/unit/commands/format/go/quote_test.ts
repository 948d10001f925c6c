import { equal } from "node:assert/strict";
import {
  canBackquote,
  quote,
  quoteCodePoint,
  unquote,
} from "../../../../../commands/format/go/quote.ts";

Deno.test("quote() writes Go string literals", () => {
  const cases: [text: string, quoted: string, ascii: string][] = [
    ["", '""', '""'],
    ["plain", '"plain"', '"plain"'],
    [`"it's"`, `"\\"it's\\""`, `"\\"it's\\""`],
    ["a\\b", '"a\\\\b"', '"a\\\\b"'],
    ["\x07\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"', '"\\a\\b\\f\\n\\r\\t\\v"'],
    ["\0\x1b\x7f", '"\\x00\\x1b\\x7f"', '"\\x00\\x1b\\x7f"'],
    ["é世😀", '"é世😀"', '"\\u00e9\\u4e16\\U0001f600"'],
    ["\u00a0\u200b\u2028", '"\\u00a0\\u200b\\u2028"', '"\\u00a0\\u200b\\u2028"'],
    ["\u{e0001}", '"\\U000e0001"', '"\\U000e0001"'],
  ];
  for (const [text, quoted, ascii] of cases) {
    equal(quote(text), quoted);
    equal(quote(text, true), ascii);
    equal(unquote(quoted), text);
    equal(unquote(ascii), text);
  }
});

Deno.test("quoteCodePoint() writes Go character literals", () => {
  const cases: [codePoint: number, quoted: string][] = [
    [0x61, "'a'"],
    [0x27, "'\\''"],
    [0x22, "'\"'"],
    [0x0a, "'\\n'"],
    [0xe9, "'é'"],
    [-1, "'\ufffd'"],
  ];
  for (const [codePoint, quoted] of cases) equal(quoteCodePoint(codePoint), quoted);
});

Deno.test("unquote() reads Go string literals, and nothing else", () => {
  const cases: [literal: string, text: string | undefined][] = [
    ['"a"', "a"],
    ['`a\\n"b\r`', 'a\\n"b'],
    ['"\\x41\\101\\u00e9\\U0001F600"', "AAé😀"],
    ['"\\xc3\\xa9"', "é"],
    ['"\\xff"', "\ufffd"],
    ['"\\q"', undefined],
    ['"\\\'"', undefined],
    ['"\\x4"', undefined],
    ['"\\u12"', undefined],
    ['"\\ud800"', undefined],
    ['"\\U00110000"', undefined],
    ['"\\400"', undefined],
    ['"a\nb"', undefined],
  ];
  for (const [literal, text] of cases) equal(unquote(literal), text, literal);
});

Deno.test("canBackquote() refuses what a raw string cannot hold", () => {
  equal(canBackquote('tab\tand "quotes"'), true);
  for (const text of ["`", "\n", "\x7f", "\ufeff"]) equal(canBackquote(text), false);
});
