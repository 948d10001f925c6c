import assert from "node:assert/strict";
import { AT, S } from "../../../../ffi/constants.ts";
import { openDirectory } from "../../../../ffi/directory.ts";
import { makeNode, withFd } from "../../../../ffi/file.ts";
import { statAt } from "../../../../ffi/stat.ts";
import { setAttributeOfPath } from "../../../../ffi/xattr.ts";
import { concatenate } from "../../../../storage/layer/bytes.ts";
import { packEntry, type PackOptions, packTree } from "../../../../storage/layer/pack.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import { type Bytes, extract, readArchive, withScratch } from "./helpers.ts";

const needsRoot = [asRoot];
const bytes = (text: string) => new TextEncoder().encode(text);

function pack(fd: number, options: Partial<PackOptions> = {}): Bytes {
  return gather(packTree(fd, { form: "plain", ...options }));
}

function gather(chunks: Iterable<Bytes>): Bytes {
  const parts: Bytes[] = [];
  for (const chunk of chunks) parts.push(chunk.slice());
  return concatenate(parts);
}

const shown = (archive: Bytes) =>
  readArchive(archive).headers.map(({ type, name, linkName }) =>
    `${type} ${name}${linkName && ` -> ${linkName}`}`
  );

testWith(
  needsRoot,
  "a tree is packed sorted, and everything is said of each name",
  () =>
    withScratch((path, fd) => {
      Deno.mkdirSync(`${path}/d`);
      Deno.writeTextFileSync(`${path}/d/f`, "content");
      Deno.linkSync(`${path}/d/f`, `${path}/link`);
      Deno.symlinkSync("/etc", `${path}/s`);
      makeNode(fd, "c", S.IFCHR | 0o640, 0x103);
      makeNode(fd, "p", S.IFIFO | 0o600, 0);
      makeNode(fd, "socket", S.IFSOCK | 0o600, 0);
      Deno.chownSync(`${path}/d/f`, 3000000, 5);
      Deno.chmodSync(`${path}/d/f`, 0o4711);
      Deno.utimeSync(`${path}/d/f`, 1.5, 1700000000.75);
      const capability = Uint8Array.from([1, 0, 0, 2, 0, 0x20, ...Array(14).fill(0)]);
      setAttributeOfPath(`${path}/d/f`, "security.capability", capability);
      setAttributeOfPath(`${path}/d/f`, "user.note", bytes("kept"));
      setAttributeOfPath(`${path}/d/f`, "trusted.note", bytes("the host's"));
      setAttributeOfPath(`${path}/d`, "user.d", bytes(""));

      const archive = pack(fd), { headers, contents } = readArchive(archive);
      assert.deepEqual(shown(archive), [
        "character c",
        "directory d/",
        "file d/f",
        "link link -> d/f",
        "fifo p",
        "symlink s -> /etc",
      ]);
      const attributes = new Map([["security.capability", capability], [
        "user.note",
        bytes("kept"),
      ]]);
      assert.deepEqual(headers[2], {
        name: "d/f",
        type: "file",
        linkName: "",
        mode: 0o4711,
        uid: 3000000,
        gid: 5,
        size: 7,
        modified: { seconds: 1700000000, nanoseconds: 0 },
        deviceMajor: 0,
        deviceMinor: 0,
        attributes,
      });
      assert.deepEqual(contents[2], bytes("content"));
      assert.deepEqual(headers[3].attributes, attributes);
      assert.deepEqual([headers[0].deviceMajor, headers[0].deviceMinor], [1, 3]);
      assert.deepEqual(headers[1].attributes, new Map([["user.d", bytes("")]]));
      assert.equal(archive.length % 512, 0);
      assert.ok(archive.subarray(-1024).every((byte) => byte === 0));
    }),
);

testWith(
  needsRoot,
  "an upper directory's whiteouts become those of a layer, and back",
  () =>
    withScratch((path, fd, outside) => {
      makeNode(fd, "gone", S.IFCHR, 0);
      Deno.linkSync(`${path}/gone`, `${path}/goner`); // overlayfs links its whiteouts
      Deno.mkdirSync(`${path}/opaque`, { mode: 0o750 });
      makeNode(fd, "opaque/x", S.IFCHR, 0);
      Deno.writeTextFileSync(`${path}/opaque/y`, "y");
      Deno.mkdirSync(`${path}/merged`);
      for (const [name, value] of [["opaque", "y"], ["origin", "o"], ["impure", "y"]]) {
        setAttributeOfPath(`${path}/opaque`, `trusted.overlay.${name}`, bytes(value));
      }
      setAttributeOfPath(`${path}/merged`, "trusted.overlay.opaque", bytes("x"));
      setAttributeOfPath(`${path}/merged`, "user.overlay.redirect", bytes("/"));

      const archive = pack(fd, { form: "overlay" }), { headers } = readArchive(archive);
      assert.deepEqual(shown(archive), [
        "file .wh.gone",
        "file .wh.goner",
        "directory merged/",
        "directory opaque/",
        "file opaque/.wh..wh..opq",
        "file opaque/.wh.x",
        "file opaque/y",
      ]);
      assert.deepEqual(headers.map(({ attributes }) => attributes), Array(7).fill(undefined));
      assert.deepEqual([headers[0].mode, headers[4].mode], [0o600, 0o750]);
      assert.equal(headers[4].modified.seconds, 0);

      Deno.mkdirSync(`${outside}/again`);
      withFd(openDirectory(AT.FDCWD, `${outside}/again`), (again) => {
        extract(archive, again);
        assert.deepEqual(shown(pack(again, { form: "overlay" })), shown(archive));
      });
    }),
);

testWith(
  needsRoot,
  "a filter leaves out names and what is below them",
  () =>
    withScratch((path, fd) => {
      Deno.mkdirSync(`${path}/a/b`, { recursive: true });
      for (const name of ["a/b/x", "a/x", "x"]) Deno.writeTextFileSync(`${path}/${name}`, name);
      const seen: string[] = [];
      const archive = pack(fd, {
        filter(path, isDirectory) {
          seen.push(isDirectory ? `${path}/` : path);
          return path !== "a/b" && path !== "x";
        },
      });
      assert.deepEqual(seen, ["a/", "a/b/", "a/x", "x"]);
      assert.deepEqual(shown(archive), ["directory a/", "file a/x"]);
    }),
);

testWith(needsRoot, "one name is packed under another", () =>
  withScratch((path, fd) => {
    Deno.mkdirSync(`${path}/d/e`, { recursive: true });
    Deno.writeTextFileSync(`${path}/d/e/f`, "1");
    Deno.linkSync(`${path}/d/e/f`, `${path}/d/g`);
    Deno.symlinkSync("d", `${path}/s`);
    const of = (name: string) => shown(gather(packEntry(fd, name, "new/name", { form: "plain" })));
    assert.deepEqual(of("d"), [
      "directory new/name/",
      "directory new/name/e/",
      "file new/name/e/f",
      "link new/name/g -> new/name/e/f",
    ]);
    assert.deepEqual(of("s"), ["symlink new/name -> d"]);
  }));

testWith(
  needsRoot,
  "large and oddly sized files keep their content, over many chunks",
  () =>
    withScratch((path, fd) => {
      const content = Uint8Array.from({ length: 3_500_001 }, (_, index) => (index * 31) >> 4);
      const sizes = [0, 1, 511, 512, 513, 1 << 20, (1 << 20) + 1, content.length];
      for (const size of sizes) {
        Deno.writeFileSync(`${path}/${`${size}`.padStart(8, "0")}`, content.subarray(0, size));
      }
      let largest = 0, count = 0;
      for (const chunk of packTree(fd, { form: "plain" })) {
        largest = Math.max(largest, chunk.length);
        count++;
      }
      assert.ok(count > 5 && largest < 1.1 * (1 << 20), `${count} chunks, the largest ${largest}`);
      const { contents } = readArchive(pack(fd));
      assert.deepEqual(contents.map(({ length }) => length), sizes);
      for (const part of contents) {
        assert.ok(part.every((byte, index) => byte === content[index]));
      }
    }),
);

testWith(
  needsRoot,
  "a file that shrinks or grows meanwhile does not break the archive",
  () =>
    withScratch((path, fd) => {
      const size = 3 << 20;
      for (const name of ["a", "b"]) {
        Deno.writeFileSync(`${path}/${name}`, new Uint8Array(size).fill(1));
      }
      const parts: Bytes[] = [];
      for (const chunk of packTree(fd, { form: "plain" })) {
        parts.push(chunk.slice());
        // While a is read it is cut, and b grows.
        if (parts.length === 1) {
          Deno.truncateSync(`${path}/a`, 2 << 20);
        }
        if (parts.length === 5) {
          Deno.writeFileSync(`${path}/b`, new Uint8Array(size), { append: true });
        }
      }
      const { headers, contents } = readArchive(concatenate(parts));
      assert.deepEqual(headers.map(({ name, size }) => [name, size]), [["a", size], ["b", size]]);
      assert.deepEqual(contents.map(({ length }) => length), [size, size]);
      assert.deepEqual([contents[0][(2 << 20) - 1], contents[0][2 << 20]], [1, 0]);
    }),
);

testWith(
  needsRoot,
  "an archive that is given up leaves no descriptor open",
  () =>
    withScratch((path, fd) => {
      Deno.mkdirSync(`${path}/a/b/c`, { recursive: true });
      Deno.writeFileSync(`${path}/a/b/c/large`, new Uint8Array(3 << 20));
      const count = () => [...Deno.readDirSync("/proc/self/fd")].length, before = count();
      for (const _ of packTree(fd, { form: "plain" })) {
        assert.ok(count() > before);
        break;
      }
      assert.equal(count(), before);
    }),
);

testWith(needsRoot, "names that are not UTF-8 keep their bytes", () =>
  withScratch((_path, fd) => {
    makeNode(fd, "\udcff\udc80", S.IFREG | 0o600, 0);
    assert.deepEqual(shown(pack(fd)), ["file \udcff\udc80"]);
    assert.equal(statAt(fd, "\udcff\udc80").size, 0);
  }));
