import assert from "node:assert/strict";
import {
  checksumMatches,
  paddingOf,
  readNumber,
  readText,
  writeOctal,
} from "../../../../../storage/layer/tar/block.ts";
import { encodeName } from "../../../../../ffi/cstring.ts";
import { rawHeader } from "../helpers.ts";

const field = (...bytes: number[]) => Uint8Array.from(bytes);

Deno.test("readNumber() reads octal and base-256 fields", () => {
  const cases: [bytes: Uint8Array, value: number][] = [
    [encodeName("0000644\0"), 0o644],
    [encodeName("   644 \0"), 0o644],
    [encodeName("77777777"), 0o77777777],
    [encodeName("\0\0\0\0\0\0\0\0"), 0],
    [encodeName("        "), 0],
    [encodeName("12\x0034\0\0\0"), 0o12],
    [field(0x80, 0, 0, 0, 0, 0, 1, 0), 256],
    [field(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), -1],
    [field(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0), -256],
    [field(0x80, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), Number.MAX_SAFE_INTEGER],
    [field(0x80, 0x20, 0, 0, 0, 0, 0, 0), NaN],
    [field(0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), NaN],
    [encodeName("0000648\0"), NaN],
    [encodeName("-000001\0"), NaN],
    [encodeName("0x12345\0"), NaN],
  ];
  for (const [bytes, value] of cases) {
    assert.equal(readNumber(bytes, [0, bytes.length]), value, bytes.toString());
  }
});

Deno.test("writeOctal() writes what fits, and zero for what does not", () => {
  const block = new Uint8Array(512);
  assert.equal(writeOctal(block, [0, 8], 0o7777777), true);
  assert.equal(readText(block, [0, 8]), "7777777");
  assert.equal(writeOctal(block, [0, 8], 0o10000000), false);
  assert.equal(readText(block, [0, 8]), "0000000");
  assert.equal(writeOctal(block, [0, 12], -1), false);
});

Deno.test("checksumMatches() takes sums of unsigned and of signed bytes, and no other", () => {
  const block = rawHeader({ name: "caf\udcc3\udca9" });
  assert.equal(checksumMatches(block), true);
  const blank = block.slice();
  blank.fill(0x20, 148, 156);
  const signed = new Int8Array(blank.buffer).reduce((sum, byte) => sum + byte, 0);
  const withSum = (sum: number) =>
    rawHeader({ name: "caf\udcc3\udca9", checksum: `${sum.toString(8).padStart(6, "0")}\0 ` });
  assert.equal(checksumMatches(withSum(signed)), true);
  assert.equal(checksumMatches(withSum(signed + 1)), false);
});

Deno.test("paddingOf() fills up a block, whatever the size", () => {
  assert.deepEqual([0, 1, 511, 512, 513, 2 ** 33 + 1, 2 ** 52].map(paddingOf), [
    0,
    511,
    1,
    0,
    511,
    511,
    0,
  ]);
});
