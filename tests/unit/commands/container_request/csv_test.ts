import assert from "node:assert/strict";
import { parseCsvRecord } from "../../../../commands/container_request/csv.ts";

Deno.test("parseCsvRecord() splits at commas outside of quotes", () => {
  const cases: [record: string, fields: string[]][] = [
    ["", [""]],
    ["a", ["a"]],
    ["a,b,", ["a", "b", ""]],
    [",", ["", ""]],
    [" a , b", [" a ", " b"]],
    ['"a,b",c', ["a,b", "c"]],
    ['"a""b"', ['a"b']],
    ['""', [""]],
    ['"",x', ["", "x"]],
    ['""""', ['"']],
  ];
  for (const [record, fields] of cases) {
    assert.deepEqual(parseCsvRecord(record), fields, record);
  }
});

Deno.test("parseCsvRecord() fails in the words of Go's encoding/csv", () => {
  const misquoted = 'extraneous or missing " in quoted-field';
  const bare = 'bare " in non-quoted-field';
  const cases: [record: string, column: number, reason: string][] = [
    ['"a', 3, misquoted],
    ['type=bind,"a"b,dst=/x', 13, misquoted],
    ['type=bind,"src=/t', 18, misquoted],
    ['"', 2, misquoted],
    ['type=bind,dst="', 15, bare],
    ['type=bind,src="/tmp",dst=/x', 15, bare],
    ['ä="', 4, bare],
  ];
  for (const [record, column, reason] of cases) {
    assert.throws(() => parseCsvRecord(record), {
      message: `parse error on line 1, column ${column}: ${reason}`,
    });
  }
});
