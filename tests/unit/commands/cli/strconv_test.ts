import assert from "node:assert/strict";
import { parseBool, parseInteger, quote } from "../../../../commands/cli/strconv.ts";

Deno.test("parseBool() reads what strconv.ParseBool reads", () => {
  for (const text of ["1", "t", "T", "TRUE", "true", "True"]) assert.equal(parseBool(text), true);
  for (const text of ["0", "f", "F", "FALSE", "false", "False"]) {
    assert.equal(parseBool(text), false);
  }
  for (const text of ["", "yes", "tRUE", " true", "2"]) {
    assert.throws(() => parseBool(text), {
      message: `strconv.ParseBool: parsing "${text}": invalid syntax`,
    });
  }
});

Deno.test("parseInteger() takes the base from the prefix, as strconv.ParseInt does with base 0", () => {
  const table: [string, number][] = [
    ["0", 0],
    ["-0", 0],
    ["42", 42],
    ["+7", 7],
    ["-1", -1],
    ["0x1F", 31],
    ["-0X1f", -31],
    ["017", 15],
    ["0o17", 15],
    ["0b101", 5],
    ["1_000", 1000],
    ["0_7", 7],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ];
  // Both zeros are one integer.
  for (const [text, value] of table) assert.equal(parseInteger(text) + 0, value, text);
});

Deno.test("parseInteger() fails in the words of strconv.ParseInt", () => {
  for (const text of ["", "x", "1x", "1.5", "08", "0x", "_1", "1_", "1__0", "--1", " 1"]) {
    assert.throws(() => parseInteger(text), {
      message: `strconv.ParseInt: parsing "${text}": invalid syntax`,
    });
  }
  for (const text of ["99999999999999999999", "9223372036854775808", "-9223372036854775809"]) {
    assert.throws(() => parseInteger(text), {
      message: `strconv.ParseInt: parsing "${text}": value out of range`,
    });
  }
  assert.equal(parseInteger("-9223372036854775808"), -(2 ** 63));
});

Deno.test("quote() quotes as Go's %q", () => {
  const table: [string, string][] = [
    ["", '""'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ["tab\tline\nreturn\r", '"tab\\tline\\nreturn\\r"'],
    ["\x07\x08\x0b\x0c", '"\\a\\b\\v\\f"'],
    ["\x00\x1b\x7f", '"\\x00\\x1b\\x7f"'],
    ["\\u001b", '"\\\\u001b"'],
    ["ä€", '"ä€"'],
  ];
  for (const [text, quoted] of table) assert.equal(quote(text), quoted);
});
