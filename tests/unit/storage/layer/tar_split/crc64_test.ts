import assert from "node:assert/strict";
import { Crc64 } from "../../../../../storage/layer/tar_split/crc64.ts";

function sum(...parts: Uint8Array<ArrayBuffer>[]): string {
  const crc = new Crc64();
  for (const part of parts) crc.update(part);
  return crc.digest().toHex();
}

/** The definition: one bit at a time. */
function slowSum(bytes: Uint8Array): string {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1n ? (crc >> 1n) ^ 0xd800000000000000n : crc >> 1n;
    }
  }
  return (crc ^ 0xffffffffffffffffn).toString(16).padStart(16, "0");
}

Deno.test("known sums: those of Go's hash/crc64 and of docker's tar-split.json.gz", () => {
  const encoder = new TextEncoder();
  const cases: [text: string, sum: string][] = [
    ["", "0000000000000000"],
    ["a", "3420000000000000"],
    ["x", "2310000000000000"],
    ["123456789", "b90956c775a41001"],
    ["hello\n", "614c3eeee2d81000"],
  ];
  for (const [text, expected] of cases) {
    assert.equal(sum(encoder.encode(text)), expected, text);
    assert.equal(slowSum(encoder.encode(text)), expected, text);
  }
});

Deno.test("the sum does not depend on length, alignment or how the bytes are cut", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 167 + (index >> 3)) & 0xff);
  for (let start = 0; start < 9; start++) {
    for (const length of [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 63, 64, 65, 200]) {
      const part = bytes.subarray(start, start + length), expected = slowSum(part);
      assert.equal(sum(part), expected, `${length} bytes from ${start}`);
      for (const cut of [1, 5, 8, 13]) {
        assert.equal(sum(part.subarray(0, cut), part.subarray(cut)), expected);
      }
    }
  }
});

Deno.test("reset() starts over", () => {
  const crc = new Crc64();
  crc.update(new TextEncoder().encode("something"));
  crc.reset();
  crc.update(new TextEncoder().encode("123456789"));
  assert.equal(crc.digest().toHex(), "b90956c775a41001");
});
