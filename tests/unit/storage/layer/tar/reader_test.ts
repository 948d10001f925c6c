import assert from "node:assert/strict";
import { concatenate } from "../../../../../storage/layer/bytes.ts";
import { MAX_EXTENSION_SIZE, TarReader } from "../../../../../storage/layer/tar/reader.ts";
import {
  archive,
  type Bytes,
  directory,
  entry,
  file,
  link,
  octal,
  pax,
  rawHeader,
  readArchive,
  seal,
  symlink,
} from "../helpers.ts";

const text = (bytes: Bytes) => new TextDecoder().decode(bytes);
const longName = `${"d".repeat(120)}/${"f".repeat(200)}`;

Deno.test("every type of entry is decoded", () => {
  const { headers, contents } = readArchive(archive(
    directory("d", "0041755\0"),
    entry({ name: "d/f", mode: "0104755\0", uid: "0001750\0", gid: "0000144\0" }, "hello"),
    link("hard", "d/f"),
    symlink("soft", "../x"),
    entry({ name: "c", type: "3", deviceMajor: "0000001\0", deviceMinor: "0000003\0" }),
    entry({ name: "b", type: "4", deviceMajor: "0000400\0", deviceMinor: "0200000\0" }),
    entry({ name: "p", type: "6", modified: "15300207714\0" }),
    entry({ name: "old", type: "\0" }, "v7"),
    entry({ name: "olddir/", type: "\0", magic: "\0\0\0\0\0\0\0\0" }),
    entry({ name: "contiguous", type: "7" }, "x"),
    entry({ name: "file", prefix: "some/where" }),
    entry({ name: "file", prefix: "not a prefix", magic: "ustar  \0" }),
  ));
  assert.deepEqual(
    headers.map(({ type, name, linkName, mode, uid, gid, size, deviceMajor, deviceMinor }) =>
      [type, name, linkName, mode.toString(8), uid, gid, size, deviceMajor, deviceMinor].join(" ")
    ),
    [
      "directory d/  1755 0 0 0 0 0",
      "file d/f  4755 1000 100 5 0 0",
      "link hard d/f 644 0 0 0 0 0",
      "symlink soft ../x 777 0 0 0 0 0",
      "character c  644 0 0 0 1 3",
      "block b  644 0 0 0 256 65536",
      "fifo p  644 0 0 0 0 0",
      "file old  644 0 0 2 0 0",
      "directory olddir/  644 0 0 0 0 0",
      "file contiguous  644 0 0 1 0 0",
      "file some/where/file  644 0 0 0 0 0",
      "file file  644 0 0 0 0 0",
    ],
  );
  assert.equal(headers[6].modified.seconds, 0o15300207714);
  assert.deepEqual(contents.map(text).filter(Boolean), ["hello", "v7", "x"]);
});

Deno.test("long names of GNU and of pax are taken", () => {
  const { headers } = readArchive(archive(
    entry({ name: "././@LongLink", type: "L" }, `${longName}\0`),
    entry({ name: "././@LongLink", type: "K" }, `${longName}.target\0`),
    symlink("short", "short"),
    pax({ path: `${longName}.pax`, linkpath: "elsewhere" }),
    link("short", "short"),
    symlink("plain", "target"),
  ));
  assert.deepEqual(headers.map(({ name, linkName }) => [name, linkName]), [
    [longName, `${longName}.target`],
    [`${longName}.pax`, "elsewhere"],
    ["plain", "target"],
  ]);
});

Deno.test("content and the rest together are the archive, however it is cut into chunks", () => {
  const bytes = concatenate([
    archive(
      pax({ path: longName, "SCHILY.xattr.user.a": "b" }),
      file("short", "x".repeat(1500)),
      directory("d"),
      file("empty"),
      file("block", "y".repeat(512)),
    ),
    new TextEncoder().encode("what follows the end marker"),
  ]);
  const whole = readArchive(bytes);
  assert.equal(whole.raw.length, bytes.length - 1500 - 512);
  assert.ok(text(whole.raw).endsWith("\0\0what follows the end marker"));
  for (const chunkSize of [1, 7, 100, 511, 512, 513, 1024, 4000]) {
    assert.deepEqual(readArchive(bytes, chunkSize), whole, `chunks of ${chunkSize}`);
  }
});

Deno.test("content reaches the visitor without being copied", () => {
  const bytes = archive(file("a", "abc"));
  const reader = new TarReader({
    raw() {},
    begin() {},
    content: (part) => assert.equal(part.buffer, bytes.buffer),
    finish() {},
  });
  reader.write(bytes);
  assert.equal(reader.entries, 1);
  assert.equal(reader.position, bytes.length);
});

Deno.test("an archive may end without its marker, and without the padding of its last file", () => {
  const complete = [
    new Uint8Array(0),
    new Uint8Array(512),
    file("a", "abc"),
    file("a", "abc").subarray(0, 515),
    concatenate([file("a"), new Uint8Array(512)]),
    pax({ path: "of nothing" }),
  ];
  for (const bytes of complete) readArchive(bytes.slice());
});

Deno.test("an archive that is cut off is an unexpected EOF", () => {
  const bytes = concatenate([pax({ path: longName }), file("a", "abc")]);
  for (const length of [1, 511, 513, 700, 1024 + 300, 1536 + 2]) {
    assert.throws(
      () => readArchive(bytes.slice(0, length)),
      { name: "ArchiveError", message: "unexpected EOF" },
      `${length} bytes`,
    );
  }
});

Deno.test("malformed headers are refused, with where they are", () => {
  const first = file("a", "abc"); // the header under test begins at byte 1024
  const cases: [reason: string, block: Bytes][] = [
    ["wrong checksum", new TextEncoder().encode("garbage".padEnd(512))],
    ["wrong checksum", rawHeader({ name: "a", checksum: "000001\0 " })],
    ["malformed size", rawHeader({ size: "0000000000x\0" })],
    ["negative size", rawHeader({ size: "\udcff".repeat(12) })],
    ["malformed size", rawHeader({ size: "\udc80" + "\x7f".repeat(11) })],
    ["malformed mode", rawHeader({ mode: "rwxr-xr-" })],
    ["malformed uid", rawHeader({ uid: "root" })],
    ["malformed modified", rawHeader({ modified: "-1" })],
    ["malformed deviceMajor", rawHeader({ type: "3", deviceMajor: "x" })],
    ["owner out of range", rawHeader({ uid: "\udcff".repeat(8) })],
    ["owner out of range", rawHeader({ gid: "\udc80\0\0\0\udcff\udcff\udcff\udcff" })],
    [
      "extended header of 1048577 bytes",
      rawHeader({ type: "x", size: octal(MAX_EXTENSION_SIZE + 1) }),
    ],
    [
      "extended header of 1048577 bytes",
      rawHeader({ type: "L", size: octal(MAX_EXTENSION_SIZE + 1) }),
    ],
    ["extended header of 8589934591 bytes", rawHeader({ type: "g", size: "77777777777\0" })],
  ];
  for (const [reason, block] of cases) {
    assert.throws(() => readArchive(archive(first, block)), {
      name: "ArchiveError",
      message: `archive/tar: invalid tar header: ${reason} at byte 1024`,
    });
  }
  assert.throws(() => readArchive(concatenate([first, new Uint8Array(512), first])), {
    message: "archive/tar: invalid tar header: a lone zero block before it at byte 1536",
  });
});

Deno.test("types that nobody knows are refused in docker's words", () => {
  for (const type of ["D", "M", "V", "N", "\x01", "X"]) {
    assert.throws(() => readArchive(archive(entry({ name: "a", type }))), {
      message: `unhandled tar header type ${type.charCodeAt(0)}`,
    });
  }
});

Deno.test("what has no content has none, whatever its size says", () => {
  const { headers } = readArchive(archive(
    entry({ name: "d/", type: "5", size: octal(100) }),
    entry({ name: "l", type: "2", linkName: "t", size: octal(5) }),
    file("a"),
  ));
  assert.deepEqual(headers.map(({ name, size }) => [name, size]), [["d/", 0], ["l", 0], ["a", 0]]);
});

Deno.test("no damage makes the reader hang, read beyond the end or throw anything but its own error", () => {
  const whole = archive(
    pax({ path: longName, "SCHILY.xattr.user.a": "b", mtime: "1.5" }),
    file("short", "x".repeat(600)),
    entry({ name: "././@LongLink", type: "L" }, `${longName}\0`),
    directory("d"),
    pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" }),
    entry({ name: "s" }, "1\n0\n3\n".padEnd(512, "\0") + "abc"),
  );
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below;
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = whole.slice(0, random(20) === 0 ? random(whole.length) : whole.length);
    for (let count = 1 + random(4); count > 0; count--) {
      const at = random(bytes.length);
      bytes[at] = random(3) === 0 ? 0x30 + random(10) : random(256);
      const block = bytes.subarray(at & ~511, (at & ~511) + 512);
      // Most changes would only break the checksum.
      if (random(8) !== 0 && block.length === 512 && block[0] !== 0) seal(block);
    }
    try {
      const { raw, contents } = readArchive(bytes);
      const total = contents.reduce((sum, content) => sum + content.length, raw.length);
      assert.equal(total, bytes.length);
    } catch (error) {
      assert.equal((error as Error).name, "ArchiveError", (error as Error).stack);
      refused++;
    }
  }
  assert.ok(refused > 500 && refused < 2900, `${refused} of 3000 refused`);
});
