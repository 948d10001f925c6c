import assert from "node:assert/strict";
import { encodeName } from "../../../../../ffi/cstring.ts";
import type { TarHeader } from "../../../../../storage/layer/tar/header.ts";
import { encodeHeader } from "../../../../../storage/layer/tar/writer.ts";
import { archive, octal, rawHeader, readArchive, seal } from "../helpers.ts";

const plain: TarHeader = {
  name: "bin/busybox",
  linkName: "",
  type: "file",
  mode: 0o100755,
  uid: 0,
  gid: 0,
  size: 0,
  modified: { seconds: 0o15300207714, nanoseconds: 0 },
  deviceMajor: 0,
  deviceMinor: 0,
};

/** A header block exactly as docker 20.10 writes it. */
function dockerBlock(fields: Parameters<typeof rawHeader>[0]) {
  const block = rawHeader({
    mode: "0100755\0",
    modified: "15300207714\0",
    deviceMajor: "0000000\0",
    deviceMinor: "0000000\0",
    ...fields,
  });
  block.set(encodeName("root"), 265);
  block.set(encodeName("root"), 297);
  return seal(block);
}

Deno.test("a header that fits is one ustar block, as docker's", () => {
  const cases: [header: Partial<TarHeader>, fields: Parameters<typeof rawHeader>[0]][] = [
    [{}, { name: "bin/busybox" }],
    [{ size: 1982256 }, { name: "bin/busybox", size: octal(1982256) }],
    [{ name: "d/", type: "directory", mode: 0o40755 }, {
      name: "d/",
      type: "5",
      mode: "0040755\0",
    }],
    [
      { name: "s", type: "symlink", linkName: "a", mode: 0o120777 },
      { name: "s", type: "2", linkName: "a", mode: "0120777\0" },
    ],
    [
      { name: "c", type: "character", mode: 0o20644, deviceMajor: 1, deviceMinor: 3 },
      {
        name: "c",
        type: "3",
        mode: "0020644\0",
        deviceMajor: "0000001\0",
        deviceMinor: "0000003\0",
      },
    ],
    [
      { name: `${"p".repeat(90)}/${"q".repeat(90)}` },
      { name: "q".repeat(90), prefix: "p".repeat(90) },
    ],
  ];
  for (const [header, fields] of cases) {
    assert.deepEqual(encodeHeader({ ...plain, ...header }), dockerBlock(fields));
  }
});

Deno.test("what ustar cannot hold goes into an extended header, as docker's", () => {
  const name = "new/" + "0".repeat(120);
  const blocks = encodeHeader({
    ...plain,
    name,
    uid: 3000000,
    attributes: new Map([["security.capability", Uint8Array.from([1, 0, 0, 2, 0x0a])]]),
  });
  assert.equal(blocks.length, 3 * 512);
  const text = new TextDecoder("latin1").decode(blocks);
  assert.equal(text.slice(0, 100), `new/PaxHeaders.0/${"0".repeat(120)}`.slice(0, 100));
  assert.equal(
    text.slice(100, 156),
    "0000000\0".repeat(3) + octal(191) + octal(0) + text.slice(148, 156),
  );
  assert.equal(text[156], "x");
  assert.equal(
    text.slice(512, 512 + 191),
    "42 SCHILY.xattr.security.capability=\x01\0\0\x02\n\n" +
      `134 path=${name}\n` + "15 uid=3000000\n",
  );
  assert.equal(text.slice(1024, 1124), name.slice(0, 100));
});

Deno.test("every header is read back as it was", () => {
  const headers: Partial<TarHeader>[] = [
    { name: "ünï" },
    { name: "bad\udcff\udcfename" },
    { name: "new\nline" },
    { name: "a".repeat(100) },
    { name: "a".repeat(101) },
    { name: `${"a".repeat(155)}/${"b".repeat(100)}` },
    { name: `${"a".repeat(155)}/${"b".repeat(100)}`, uid: 3000000 },
    { name: `${"a".repeat(156)}/${"b".repeat(100)}` },
    { name: `${"a".repeat(150)}/${"b".repeat(90)}/`, type: "directory" },
    { name: `${"d/".repeat(60)}${"é".repeat(100)}/`, type: "directory" },
    { name: "s", type: "symlink", linkName: "t".repeat(101) },
    { name: "s", type: "symlink", linkName: "zü" },
    { name: "l", type: "link", linkName: "bin/busybox" },
    { uid: 0o7777777, gid: 0o10000000 },
    { uid: 4294967294, gid: 1 },
    { modified: { seconds: -10, nanoseconds: 0 } },
    { modified: { seconds: 2 ** 36, nanoseconds: 0 } },
    { modified: { seconds: 5, nanoseconds: 123 } },
    { name: "b", type: "block", deviceMajor: 4095, deviceMinor: 1048575 },
    { name: "p", type: "fifo", mode: 0o7777 },
    { attributes: new Map([["user.a", new Uint8Array(70000)], ["user.b", new Uint8Array(0)]]) },
  ];
  for (const change of headers) {
    const header = { ...plain, ...change };
    const { headers: [found], raw } = readArchive(archive(encodeHeader(header)));
    assert.equal(raw.length % 512, 0);
    assert.deepEqual(found, { ...header, mode: header.mode & 0o7777 });
  }
});

Deno.test("a file of 8 GiB and more has its size in an extended header", () => {
  const blocks = encodeHeader({ ...plain, size: 2 ** 33 });
  const text = new TextDecoder("latin1").decode(blocks);
  assert.match(text, /\n?19 size=8589934592\n/);
});

Deno.test("a name that is cut at a slash is not taken for a directory by old readers", () => {
  const blocks = encodeHeader({ ...plain, name: `${"a".repeat(99)}/${"b".repeat(101)}` });
  const field = new TextDecoder().decode(blocks.subarray(1024, 1124));
  assert.equal(field, "a".repeat(99) + "\0");
});

Deno.test("attributes that no reader would take are refused", () => {
  const attributes = new Map([["user.a", new Uint8Array(1 << 20)]]);
  assert.throws(() => encodeHeader({ ...plain, attributes }), {
    name: "ArchiveError",
    message: "archive/tar: header field too long: bin/busybox",
  });
});
