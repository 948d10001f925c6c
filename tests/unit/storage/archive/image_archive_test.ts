import assert from "node:assert/strict";
import { AT, O } from "../../../../ffi/constants.ts";
import { close, openAt } from "../../../../ffi/file.ts";
import { algorithmFor, type ImageArchive } from "../../../../storage/archive/image_archive.ts";
import { SeekableArchive } from "../../../../storage/archive/seekable_archive.ts";
import { StreamedArchive } from "../../../../storage/archive/streamed_archive.ts";
import { sha256 } from "../../../../storage/digest.ts";
import type { ByteSource } from "../../../../storage/layer/source.ts";
import {
  type Bytes,
  compress,
  decode,
  inChunks,
  makeTar,
  type Member,
  ScratchStore,
} from "./fixture.ts";

const layer = makeTar([["file", "content"]]);

/** Opens an archive in each way there is; the one that streams gets it in small pieces of one buffer, too. */
async function forEachWay(
  members: readonly [string, Member][],
  test: (archive: ImageArchive, way: string) => Promise<void>,
  watch?: (name: string, size: number, source: ByteSource) => ByteSource,
): Promise<void> {
  const bytes = makeTar(members);
  for (const size of [100, 511, bytes.length]) {
    using scratch = new ScratchStore();
    scratch.store.ensureLayout();
    using archive = await StreamedArchive.read(scratch.store, inChunks(bytes, size), watch);
    await test(archive, `in pieces of ${size}`);
  }
  using scratch = new ScratchStore();
  scratch.store.ensureLayout();
  const path = `${scratch.store.temporary}/archive`;
  Deno.writeFileSync(path, bytes);
  const fd = openAt(AT.FDCWD, path, O.RDONLY);
  try {
    using archive = new SeekableArchive(scratch.store, fd, watch);
    await test(archive, "from a file");
  } finally {
    close(fd);
  }
}

async function contentOf(archive: ImageArchive, name: string): Promise<string | undefined> {
  const bytes = await archive.read(name);
  return bytes && decode(bytes);
}

Deno.test("documents can be read by any name that leads to them", async () => {
  const members: [string, Member][] = [
    ["./a/document", "text"],
    ["empty", ""],
    ["link", { symlink: "a/document" }],
    ["twice", "old"],
    ["twice", "new"],
  ];
  await forEachWay(members, async (archive, way) => {
    assert.equal(await contentOf(archive, "a/document"), "text", way);
    assert.equal(await contentOf(archive, "/a//document"), "text", way);
    assert.equal(await contentOf(archive, "link"), "text", way);
    assert.equal(await contentOf(archive, "empty"), "", way);
    assert.equal(await contentOf(archive, "twice"), "new", way);
    assert.equal(await contentOf(archive, "nosuch"), undefined, way);
    assert.equal(await contentOf(archive, "a"), undefined, way);
  });
});

Deno.test("a layer is described by what it is and by what the file was", async () => {
  const zipped = await compress(layer);
  const members: [string, Member][] = [["plain", layer], ["zipped", zipped]];
  await forEachWay(members, async (archive, way) => {
    const files: [name: string, bytes: Bytes][] = [["plain", layer], ["zipped", zipped]];
    for (const [name, bytes] of files) {
      const { staged, content, digest, size } = await archive.takeLayer(name);
      using _ = staged;
      assert.equal(content.diffId, await sha256(layer), way);
      assert.deepEqual([digest, size], [await sha256(bytes), bytes.length], way);
    }
  });
});

Deno.test("a layer may be so small that it is taken for a document", async () => {
  await forEachWay([["layer.tar", ""]], async (archive, way) => {
    const { staged, content } = await archive.takeLayer("layer.tar");
    using _ = staged;
    assert.equal(content.diffId, await sha256(""), way);
  });
});

Deno.test("what is no layer fails when it is taken for one, and not before", async () => {
  const members: [string, Member][] = [
    ["climbs", makeTar([["../x", "y"]])],
    ["noise", "x".repeat(2000)],
  ];
  await forEachWay(members, async (archive) => {
    await assert.rejects(archive.takeLayer("climbs"), /is outside of/);
    await assert.rejects(archive.takeLayer("noise"), /invalid tar header/);
    await assert.rejects(archive.takeLayer("nosuch"), /open nosuch: no such file or directory/);
  });
});

Deno.test("in a stream a layer can be taken only once", async () => {
  using scratch = new ScratchStore();
  scratch.store.ensureLayout();
  const bytes = makeTar([["layer", layer]]);
  using archive = await StreamedArchive.read(scratch.store, inChunks(bytes, bytes.length));
  const { staged } = await archive.takeLayer("layer");
  staged[Symbol.dispose]();
  await assert.rejects(archive.takeLayer("layer"), /layer is used for two different layers/);
});

Deno.test("who watches sees all bytes of a layer pass", async () => {
  const seen = new Map<string, number>();
  await forEachWay(
    [["a/layer.tar", layer]],
    async (archive, way) => {
      const { staged } = await archive.takeLayer("a/layer.tar");
      staged[Symbol.dispose]();
      assert.deepEqual([...seen], [["a/layer.tar", layer.length]], way);
      seen.clear();
    },
    async function* (name, size, source) {
      assert.equal(size, layer.length);
      for await (const chunk of source) {
        seen.set(name, (seen.get(name) ?? 0) + chunk.length);
        yield chunk;
      }
    },
  );
});

Deno.test("a document has at most 4 MiB", async () => {
  const limit = 4 << 20;
  const members: [string, Member][] = [
    ["large", "x".repeat(limit)],
    ["too-large", "x".repeat(limit + 1)],
  ];
  using scratch = new ScratchStore();
  scratch.store.ensureLayout();
  const bytes = makeTar(members);
  using archive = await StreamedArchive.read(scratch.store, inChunks(bytes, 1 << 20));
  assert.equal((await archive.read("large"))?.length, limit);
  await assert.rejects(archive.read("too-large"), /too-large is no document of at most 4 MiB/);
});

Deno.test("all documents of a stream together have at most 64 MiB", async () => {
  using scratch = new ScratchStore();
  scratch.store.ensureLayout();
  const document = makeTar([["x", "x".repeat(4 << 20)]]).subarray(0, 512 + (4 << 20));
  async function* source() {
    for (let count = 0; count < 17; count++) yield document;
  }
  await assert.rejects(
    StreamedArchive.read(scratch.store, source()),
    /archive has more than 64 MiB of documents/,
  );
});

Deno.test("a blob's name says with what its file is hashed", () => {
  assert.equal(algorithmFor(`blobs/sha512/${"a".repeat(128)}`), "sha512");
  for (const name of [`blobs/sha256/${"a".repeat(64)}`, "blobs/sha512/a", "a/layer.tar"]) {
    assert.equal(algorithmFor(name), "sha256", name);
  }
});
