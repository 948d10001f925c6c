import assert from "node:assert/strict";
import { concatenate } from "../../../../../storage/layer/bytes.ts";
import {
  archive,
  type Bytes,
  entry,
  octal,
  pax,
  rawHeader,
  readArchive,
  seal,
} from "../helpers.ts";

const fragments = [{ offset: 2, length: 3 }, { offset: 1000, length: 2 }];
const stored = new TextEncoder().encode("abcde");

/** Writes fragments of the old GNU format at this offset of a block. */
function putOld(block: Bytes, at: number, list: { offset: number; length: number }[]): void {
  for (const { offset, length } of list) {
    block.set(new TextEncoder().encode(octal(offset) + octal(length)), at);
    at += 24;
  }
}

function oldHeader(list: typeof fragments, size: number, isExtended: boolean): Bytes {
  const block = rawHeader({ name: "s", type: "S", size: octal(5), magic: "ustar  \0" });
  putOld(block, 386, list);
  block[482] = Number(isExtended);
  block.set(new TextEncoder().encode(octal(size)), 483);
  return seal(block);
}

const content = concatenate([stored, new Uint8Array(507)]);

function oldExtended(): Bytes {
  const block = new Uint8Array(512);
  putOld(block, 0, fragments.slice(1));
  return concatenate([oldHeader(fragments.slice(0, 1), 1004, true), block, content]);
}

const map = "2\n2\n3\n1000\n2\n";
const formats: Record<string, Bytes> = {
  "old GNU": concatenate([oldHeader(fragments, 1004, false), content]),
  "old GNU, extended": oldExtended(),
  "pax 0.0": concatenate([
    // Records of the same name cannot be told apart in an object.
    ...[[
      "22 GNU.sparse.size=1004",
      "22 GNU.sparse.offset=2",
      "24 GNU.sparse.numbytes=3",
      "25 GNU.sparse.offset=1000",
      "24 GNU.sparse.numbytes=2",
    ]].map((lines) =>
      entry(
        { type: "x" },
        lines.map((line) => {
          const body = line.slice(line.indexOf(" "));
          return `${body.length + 3}${body}\n`;
        }).join(""),
      )
    ),
    entry({ name: "s" }, stored),
  ]),
  "pax 0.1": concatenate([
    pax({ "GNU.sparse.size": "1004", "GNU.sparse.name": "s", "GNU.sparse.map": "2,3,1000,2" }),
    entry({ name: "GNUSparseFile.1/s" }, stored),
  ]),
  "pax 1.0": concatenate([
    pax({
      "GNU.sparse.major": "1",
      "GNU.sparse.minor": "0",
      "GNU.sparse.name": "s",
      "GNU.sparse.realsize": "1004",
    }),
    entry({ name: "GNUSparseFile.1/s" }, map.padEnd(512, "\0") + "abcde"),
  ]),
};

for (const [format, bytes] of Object.entries(formats)) {
  Deno.test(`sparse files of ${format} are decoded`, () => {
    for (const chunkSize of [100, 512, 10_000]) {
      const { headers: [header], contents } = readArchive(archive(bytes), chunkSize);
      assert.equal(header.name, "s");
      assert.equal(header.size, 1004);
      assert.deepEqual(header.sparse, fragments);
      assert.deepEqual(contents, [stored]);
    }
  });
}

Deno.test("a map of many fragments, over several blocks, is read", () => {
  const count = 300, lines = [`${count}`];
  for (let index = 0; index < count; index++) lines.push(`${index * 10}`, "1");
  const text = lines.join("\n") + "\n", size = Math.ceil(text.length / 512) * 512;
  const { headers, contents } = readArchive(archive(
    pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "3000" }),
    entry({ name: "s" }, text.padEnd(size, "\0") + "z".repeat(count)),
  ));
  assert.equal(headers[0].sparse?.length, count);
  assert.equal(contents[0].length, count);
});

Deno.test("maps that make no sense are refused", () => {
  const sparse = (records: Record<string, string>, body: string) =>
    concatenate([pax(records), entry({ name: "s" }, body)]);
  const map01 = (map: string, size = "1004") =>
    sparse({ "GNU.sparse.size": size, "GNU.sparse.map": map }, "abcde");
  const map10 = (text: string) =>
    sparse(
      { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "1004" },
      text.padEnd(512, "\0") + "abcde",
    );
  const cases: Bytes[] = [
    map01("2,3,1000"),
    map01("1000,2,2,3"), // out of order
    map01("2,3,4,2"), // overlapping
    map01("2,3,1003,2"), // beyond the end
    map01("2,3"), // fewer bytes than are stored
    map01("2,3,1000,3"), // more
    map01("2,3,1000,-2"),
    map01("0x2,3,1000,2"),
    map10("x\n"),
    map10("99999999\n0\n"),
    map10("2\n2\n3\n"), // the rest of the map would be content
    map10("2\n2\nabc\n1000\n2\n"),
    oldHeader([{ offset: 1000, length: 2 }, { offset: 2, length: 3 }], 1004, false),
    oldHeader(fragments, 1000, false),
  ];
  for (const bytes of cases) {
    assert.throws(() => readArchive(archive(bytes)), {
      name: "ArchiveError",
      message: /malformed sparse map/,
    });
  }
  const endless = concatenate([
    oldHeader([], 1004, true),
    ...Array.from({ length: 3200 }, () => {
      const block = new Uint8Array(512);
      putOld(block, 0, Array.from({ length: 21 }, () => ({ offset: 0, length: 0 })));
      block[504] = 1;
      return block;
    }),
  ]);
  assert.throws(() => readArchive(endless), { message: /too many sparse fragments/ });
});
