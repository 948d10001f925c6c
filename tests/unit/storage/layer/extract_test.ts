import assert from "node:assert/strict";
import { AT } from "../../../../ffi/constants.ts";
import { statAt } from "../../../../ffi/stat.ts";
import { getAttributeOfPath, listAttributesOfPath } from "../../../../ffi/xattr.ts";
import { LayerExtractor } from "../../../../storage/layer/extract.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import {
  archive,
  directory,
  entry,
  extract,
  file,
  link,
  pax,
  readArchive,
  symlink,
  withScratch,
} from "./helpers.ts";

const needsRoot = [asRoot];
const stat = (path: string) => statAt(AT.FDCWD, path);
const modeOf = (path: string) => (stat(path).mode & 0o7777).toString(8);

testWith(
  needsRoot,
  "owner, mode, times and attributes are those of the archive",
  () =>
    withScratch((path, fd) => {
      const attributes = {
        "SCHILY.xattr.security.capability": Uint8Array.from([
          1,
          0,
          0,
          2,
          0,
          0x20,
          ...Array(14).fill(0),
        ]),
        "SCHILY.xattr.user.note": "a\nb=c\0d",
      };
      extract(
        archive(
          pax({ ...attributes, uid: "4000000000", gid: "12", mtime: "5.25", atime: "7.5" }),
          entry({ name: "f", mode: "0006755\0" }, "content"),
          pax({ "SCHILY.xattr.user.note": "d", mtime: "1000000000.000000001" }),
          directory("d", "0003750\0"),
          file("d/inside", "changes the times of d"),
          pax({ mtime: "-1.5" }),
          symlink("s", "nowhere"),
          entry({ name: "p", type: "6", mode: "0004622\0", modified: "00000000007\0" }),
          entry({ name: "c", type: "3", deviceMajor: "0000001\0", deviceMinor: "0000007\0" }),
          pax({ "SCHILY.devmajor": "300", "SCHILY.devminor": "70000" }),
          entry({ name: "b", type: "4" }),
        ),
        fd,
      );
      const f = stat(`${path}/f`), s = stat(`${path}/s`);
      assert.deepEqual([f.uid, f.gid, modeOf(`${path}/f`)], [4000000000, 12, "6755"]);
      assert.deepEqual(f.modified, { seconds: 5, nanoseconds: 250000000 });
      assert.deepEqual(f.accessed, { seconds: 7, nanoseconds: 500000000 });
      for (const [key, value] of Object.entries(attributes)) {
        const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
        assert.deepEqual(getAttributeOfPath(`${path}/f`, key.slice("SCHILY.xattr.".length)), bytes);
      }
      assert.equal(modeOf(`${path}/d`), "3750");
      assert.deepEqual(stat(`${path}/d`).modified, { seconds: 1000000000, nanoseconds: 1 });
      assert.deepEqual(listAttributesOfPath(`${path}/d`), ["user.note"]);
      assert.deepEqual(s.modified, { seconds: -2, nanoseconds: 500000000 });
      assert.deepEqual(s.accessed, s.modified);
      assert.equal(modeOf(`${path}/p`), "4622");
      assert.equal(stat(`${path}/p`).modified.seconds, 7);
      assert.deepEqual(stat(`${path}/c`).nodeDevice, [1, 7]);
      assert.deepEqual(stat(`${path}/b`).nodeDevice, [300, 70000]);
    }),
);

testWith(
  needsRoot,
  "the umask and a parent's setgid bit change nothing",
  () =>
    withScratch((path, fd) => {
      const before = Deno.umask(0o077);
      try {
        extract(
          archive(
            entry({ name: "g/", type: "5", mode: "0002777\0", gid: "0000005\0" }),
            entry({ name: "g/f", mode: "0000666\0" }),
            file("g/implied/f"),
          ),
          fd,
        );
      } finally {
        Deno.umask(before);
      }
      assert.deepEqual([modeOf(`${path}/g`), modeOf(`${path}/g/f`)], ["2777", "666"]);
      assert.equal(stat(`${path}/g/f`).gid, 0);
      assert.equal(modeOf(`${path}/g/implied`), "755");
      assert.equal(stat(`${path}/g/implied`).gid, 0);
    }),
);

testWith(needsRoot, "names that are not UTF-8 keep their bytes", () =>
  withScratch((path, fd) => {
    extract(archive(file("bad\udcff\udcfe/\udc80"), symlink("s", "\udcff")), fd);
    const { stdout } = new Deno.Command("find", { args: [path, "-mindepth", "2"] }).outputSync();
    const expected = [...new TextEncoder().encode(`${path}/bad`), 0xff, 0xfe, 0x2f, 0x80, 0x0a];
    assert.deepEqual([...stdout], expected);
  }));

testWith(
  needsRoot,
  "hard links are links, and a link takes nothing from the file",
  () =>
    withScratch((path, fd) => {
      const capability = Uint8Array.from([1, 0, 0, 2, 0, 0x20, ...Array(14).fill(0)]);
      const size = extract(
        archive(
          pax({ "SCHILY.xattr.security.capability": capability }),
          entry({ name: "a/f", mode: "0004755\0" }, "12345"),
          entry({ name: "b", linkName: "./a//f", type: "1", mode: "0000000\0", uid: "0000007\0" }),
          symlink("s", "12345678"),
          link("t", "s"),
          link("u", "/a/f"),
        ),
        fd,
      );
      assert.equal(stat(`${path}/a/f`).inode, stat(`${path}/b`).inode);
      assert.equal(stat(`${path}/a/f`).linkCount, 3);
      assert.equal(modeOf(`${path}/b`), "4755");
      assert.deepEqual(getAttributeOfPath(`${path}/b`, "security.capability"), capability);
      assert.equal(Deno.readLinkSync(`${path}/t`), "12345678");
      assert.equal(size, 5 + 8, "as docker counts: each file once, symbolic links by their target");
    }),
);

testWith(
  needsRoot,
  "sparse files have their content in place, and holes for the rest",
  () =>
    withScratch((path, fd) => {
      extract(
        archive(
          pax({
            "GNU.sparse.size": `${64 << 20}`,
            "GNU.sparse.map": `3,2,${32 << 20},3,${64 << 20},0`,
          }),
          file("s", "abcde"),
          pax({ "GNU.sparse.size": "1000", "GNU.sparse.map": "1000,0" }),
          file("hole"),
        ),
        fd,
      );
      const bytes = Deno.readFileSync(`${path}/s`);
      assert.equal(bytes.length, 64 << 20);
      assert.deepEqual([...bytes.subarray(0, 6)], [0, 0, 0, 97, 98, 0]);
      assert.deepEqual([...bytes.subarray(32 << 20, (32 << 20) + 4)], [99, 100, 101, 0]);
      assert.ok(Deno.statSync(`${path}/s`).blocks! < 100);
      assert.equal(stat(`${path}/hole`).size, 1000);
    }),
);

testWith(
  needsRoot,
  "the root keeps its own owner, mode and times, as docker has it",
  () =>
    withScratch((path, fd) => {
      Deno.chmodSync(path, 0o755);
      const before = stat(path);
      for (const name of ["./", ".", "/", ""]) {
        extract(archive(entry({ name, type: "5", mode: "0000700\0", uid: "0000007\0" })), fd);
      }
      assert.deepEqual({ ...stat(path), accessed: 0 }, { ...before, accessed: 0 });
    }),
);

testWith(
  needsRoot,
  "few descriptors are open, however many directories there are",
  () =>
    withScratch((_path, fd) => {
      const count = () => [...Deno.readDirSync("/proc/self/fd")].length, before = count();
      const extractor = new LayerExtractor(fd, { form: "overlay", conflicts: "replace" });
      for (let index = 0; index < 300; index++) {
        extractor.begin(readArchive(file(`d${index}/x`)).headers[0]);
        extractor.finish();
      }
      assert.ok(count() - before < 100);
      extractor.close();
      assert.equal(count(), before);
    }),
);

testWith(
  needsRoot,
  "no descriptor stays open, whether it ends well or not",
  () =>
    withScratch((_path, fd) => {
      const count = () => [...Deno.readDirSync("/proc/self/fd")].length, before = count();
      const parts = Array.from({ length: 200 }, (_, index) => file(`d${index}/x/y`, "abc"));
      extract(archive(...parts), fd);
      assert.throws(() => extract(archive(...parts, file("f/x"), file("../x")), fd));
      assert.throws(() => extract(file("cut", "off").slice(0, 514), fd), /unexpected EOF/);
      assert.equal(count(), before);
    }),
);
