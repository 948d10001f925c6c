import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { AT, O } from "../../../../ffi/constants.ts";
import { close, openAt } from "../../../../ffi/file.ts";
import { concatenate } from "../../../../storage/layer/bytes.ts";
import { type IngestedLayer, ingestLayer } from "../../../../storage/layer/ingest.ts";
import { assembledSize, assembleTar } from "../../../../storage/layer/tar_split/assemble.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import {
  archive,
  type Bytes,
  collect,
  directory,
  entry,
  file,
  link,
  listTree,
  pax,
  sourceOf,
  symlink,
  withScratch,
} from "./helpers.ts";

const needsRoot = [asRoot];

interface Ingested {
  layer: IngestedLayer;
  path: string;
  /** The record's lines. */
  record: { type: number; name?: string; size?: number }[];
  /** What the layer's tar is when it is put together again. */
  assembled: Bytes;
  size: number;
}

async function ingest(
  bytes: Bytes,
  check: (ingested: Ingested) => void,
  chunkSize?: number,
): Promise<void> {
  await withScratch(async (path, fd, outside) => {
    const recordFd = openAt(AT.FDCWD, `${outside}/tar-split.json.gz`, O.RDWR | O.CREAT, 0o644);
    try {
      const layer = await ingestLayer(sourceOf(bytes, chunkSize), fd, recordFd);
      const text = gunzipSync(Deno.readFileSync(`${outside}/tar-split.json.gz`)).toString();
      check({
        layer,
        path,
        record: text.split("\n").slice(0, -1).map((line) => JSON.parse(line)),
        assembled: await collect(assembleTar(recordFd, fd)),
        size: await assembledSize(recordFd),
      });
    } finally {
      close(recordFd);
    }
  });
}

const digest = (bytes: Bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const sample = concatenate([
  archive(
    entry({ name: "./", type: "5" }),
    directory("d"),
    pax({ path: `d/${"n".repeat(200)}`, "SCHILY.xattr.user.a": "b" }),
    file("short", "x".repeat(5000)),
    file("empty"),
    file("whole blocks", "y".repeat(1024)),
    link("hard", "empty"),
    symlink("soft", "twelve bytes"),
    file("n\udcff", "not UTF-8"),
    pax({ comment: "of the whole archive" }, "g"),
  ),
  new TextEncoder().encode("what follows the end belongs to the layer, too"),
]);

testWith(needsRoot, "a layer is hashed, unpacked, recorded, and put together again", async () => {
  for (const chunkSize of [100, 512, 1000, sample.length]) {
    await ingest(sample, ({ layer, path, record, assembled, size }) => {
      assert.deepEqual(layer, {
        diffId: digest(sample),
        size: 5000 + 1024 + "twelve bytes".length + "not UTF-8".length,
        tarSize: sample.length,
        entries: 8,
      });
      assert.equal(Deno.readTextFileSync(`${path}/whole blocks`), "y".repeat(1024));
      assert.deepEqual(
        record.filter(({ type }) => type === 1).map(({ name, size }) => [name?.slice(0, 5), size]),
        [
          ["./", undefined],
          ["d/", undefined],
          ["d/nnn", 5000],
          ["empty", undefined],
          ["whole", 1024],
          ["hard", undefined],
          ["soft", undefined],
          [undefined, 9],
        ],
      );
      assert.equal(digest(assembled), digest(sample));
      assert.equal(size, sample.length);
    }, chunkSize);
  }
});

testWith(needsRoot, "an empty layer is one, with or without an end marker", async () => {
  for (const bytes of [new Uint8Array(0), archive()]) {
    await ingest(bytes, ({ layer, path, assembled }) => {
      assert.deepEqual(layer, {
        diffId: digest(bytes),
        size: 0,
        tarSize: bytes.length,
        entries: 0,
      });
      assert.deepEqual(listTree(path), []);
      assert.deepEqual(assembled, bytes);
    });
  }
});

testWith(
  needsRoot,
  "content that no file holds is in the record: sparse files, whiteouts",
  async () => {
    const bytes = archive(
      pax({ "GNU.sparse.size": "1000000", "GNU.sparse.map": "3,2,900000,3" }),
      file("sparse", "abcde"),
      file(".wh.gone", "content of a whiteout"),
      file(".wh..wh.plnk", "content that is skipped"),
      file("d/.wh..wh..opq", "content of a marker"),
      entry({ name: ".", type: "0" }, "content of the root"),
      file("f", "content"),
    );
    await ingest(bytes, ({ layer, record, path, assembled }) => {
      assert.equal(layer.size, 1000007);
      assert.deepEqual(record.filter(({ type }) => type === 1).map(({ size }) => size), [
        ...Array(5).fill(undefined),
        7,
      ]);
      assert.deepEqual(listTree(path), ["d/", "f", "gone", "sparse"]);
      assert.deepEqual(assembled, bytes);
    });
  },
);

testWith(needsRoot, "what was whited out in the same layer can be put together again", async () => {
  const bytes = archive(
    file("a", "kept"),
    file(".wh.a"),
    file(".wh.b"),
    directory("b"),
    file("b/c", "1"),
  );
  await ingest(bytes, ({ assembled }) => assert.deepEqual(assembled, bytes));
});

testWith(needsRoot, "a layer that is wrong ends in one error, whatever it is", async () => {
  const cases: [bytes: Bytes, message: RegExp][] = [
    [new TextEncoder().encode("garbage"), /^unexpected EOF$/],
    [new TextEncoder().encode("garbage".repeat(100)), /^archive\/tar: invalid tar header/],
    [sample.slice(0, 4000), /^unexpected EOF$/],
    [archive(file("a", "1"), file("a", "2")), /^duplicates of file paths not supported: "a"$/],
    [archive(file("../a")), /^"\.\.\/a" is outside of "\/"$/],
  ];
  const open = () => [...Deno.readDirSync("/proc/self/fd")].length, before = open();
  for (const [bytes, message] of cases) {
    await assert.rejects(ingest(bytes, () => {}), { name: "ArchiveError", message });
  }
  async function* failing() {
    yield sample.subarray(0, 3000);
    throw new Error("the network is gone");
  }
  await withScratch(async (_path, fd) => {
    await assert.rejects(ingestLayer(failing(), fd, -1), { message: "the network is gone" });
  });
  assert.equal(open(), before);
});

testWith(
  needsRoot,
  "a full file system is an error that names the entry",
  () =>
    withScratch(async (_path, _fd, outside) => {
      const small = `${outside}/small`;
      Deno.mkdirSync(small);
      const mount = (name: string, ...args: string[]) =>
        new Deno.Command(name, { args }).outputSync();
      const mounted = mount("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small);
      assert.ok(mounted.success);
      try {
        const bytes = archive(file("small", "1"), file("d/large", "x".repeat(1 << 20)));
        const fd = openAt(AT.FDCWD, small, O.RDONLY | O.DIRECTORY);
        const ingested = ingestLayer(sourceOf(bytes), fd, -1).finally(() => close(fd));
        await assert.rejects(ingested, {
          name: "SystemError",
          code: "ENOSPC",
          message: "write /d/large: no space left on device (ENOSPC)",
        });
      } finally {
        mount("umount", small);
      }
    }),
);
