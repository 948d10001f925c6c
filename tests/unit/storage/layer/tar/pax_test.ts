import assert from "node:assert/strict";
import { encodeName } from "../../../../../ffi/cstring.ts";
import { encodeRecord, formatTime, parseRecords } from "../../../../../storage/layer/tar/pax.ts";
import { archive, entry, file, pax, readArchive } from "../helpers.ts";

Deno.test("parseRecords() keeps values as bytes, and the length counts its own digits", () => {
  const value = Uint8Array.from([0, 0x0a, 0x3d, 0xff]);
  for (const key of ["a", "b".repeat(86), "c".repeat(90), "d".repeat(986), "e".repeat(990)]) {
    const record = encodeRecord(key, value);
    assert.match(new TextDecoder().decode(record), new RegExp(`^${record.length} `));
    assert.deepEqual(parseRecords(record, 0), [{ key, value }]);
  }
});

Deno.test("parseRecords() refuses records that are not well formed", () => {
  const cases = [
    "x",
    "5 a=b",
    "6 a=bc\n\n",
    "99 a=b\n",
    "4 ab\n",
    "5 =b\n",
    " a=b\n",
    "0 a=b\n",
    "99999999999 a=b\n",
    "8 a\0b=c\n",
    "6 a=b\n6 c=",
  ];
  for (const text of cases) {
    assert.throws(() => parseRecords(encodeName(text), 512), {
      message: "archive/tar: invalid tar header: malformed extended header at byte 512",
    }, JSON.stringify(text));
  }
});

Deno.test("records overrule the header block", () => {
  const { headers: [header] } = readArchive(archive(
    pax({
      path: "a/ü\udcff",
      uid: "4000000000",
      gid: "3000000000",
      mtime: "1700000000.123456789999",
      atime: "-1.25",
      ctime: "nonsense that nobody reads",
      size: "3",
      "SCHILY.xattr.security.capability": Uint8Array.from([1, 0, 0, 2, 0x0a]),
      "SCHILY.xattr.user.empty": "",
      uname: "",
    }),
    file("short", "abc"),
  ));
  assert.deepEqual(header, {
    name: "a/ü\udcff",
    linkName: "",
    type: "file",
    mode: 0o644,
    uid: 4000000000,
    gid: 3000000000,
    size: 3,
    modified: { seconds: 1700000000, nanoseconds: 123456789 },
    accessed: { seconds: -2, nanoseconds: 750000000 },
    deviceMajor: 0,
    deviceMinor: 0,
    attributes: new Map([
      ["security.capability", Uint8Array.from([1, 0, 0, 2, 0x0a])],
      ["user.empty", new Uint8Array(0)],
    ]),
  });
});

Deno.test("records apply to one entry, global ones to none", () => {
  const { headers } = readArchive(archive(
    pax({ path: "global", uid: "7" }, "g"),
    pax({ path: "long" }),
    file("a"),
    file("b"),
  ));
  assert.deepEqual(headers.map(({ name, uid }) => [name, uid]), [["long", 0], ["b", 0]]);
});

Deno.test("malformed values are refused", () => {
  const cases: Record<string, string>[] = [
    { size: "-1" },
    { size: "1e3" },
    { size: "9007199254740993" },
    { uid: "" + 0xffffffff },
    { gid: "-2" },
    { mtime: "yesterday" },
    { mtime: "1.5.6" },
    { path: "a\0b" },
    { linkpath: "a\0b" },
    { "GNU.sparse.major": "7", "GNU.sparse.minor": "0" },
    { "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1,2" },
    { "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": "x" },
  ];
  for (const records of cases) {
    const type = "linkpath" in records ? "2" : "0";
    const bytes = archive(pax(records), entry({ name: "a", type }));
    assert.throws(
      () => readArchive(bytes),
      { name: "ArchiveError", message: /^archive\/tar: invalid tar header: .* at byte 1024$/ },
      JSON.stringify(records),
    );
  }
});

Deno.test("formatTime() writes what is read back", () => {
  const times = [
    { seconds: 0, nanoseconds: 0 },
    { seconds: 1, nanoseconds: 500000000 },
    { seconds: -1, nanoseconds: 999999999 },
    { seconds: -10, nanoseconds: 0 },
    { seconds: 2 ** 40, nanoseconds: 1 },
  ];
  for (const modified of times) {
    const bytes = archive(pax({ mtime: formatTime(modified) }), file("a"));
    assert.deepEqual(readArchive(bytes).headers[0].modified, modified);
  }
  assert.deepEqual(times.map(formatTime), [
    "0",
    "1.5",
    "-0.000000001",
    "-10",
    "1099511627776.000000001",
  ]);
});
