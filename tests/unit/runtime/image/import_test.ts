import assert from "node:assert/strict";
import { importImage, type ImportRequest } from "../../../../runtime/image/import.ts";
import { hostArchitecture } from "../../../../storage/image/config.ts";
import { readImageConfig, resolveImageId } from "../../../../storage/image/image_store.ts";
import type { ByteSource } from "../../../../storage/layer/source.ts";
import { encodeHeader, END_OF_ARCHIVE_SIZE } from "../../../../storage/layer/tar/writer.ts";
import { Store } from "../../../../storage/store.ts";
import { BOX_VERSION } from "../../../../storage/version.ts";

/** An archive with one empty file, of whoever runs the test. */
async function* archive(): ByteSource {
  yield encodeHeader({
    name: "file",
    linkName: "",
    type: "file",
    mode: 0o644,
    uid: Deno.uid()!,
    gid: Deno.gid()!,
    size: 0,
    modified: { seconds: 0, nanoseconds: 0 },
    deviceMajor: 0,
    deviceMinor: 0,
  });
  yield new Uint8Array(END_OF_ARCHIVE_SIZE);
}

/** A source that must not be asked. */
function unwanted(): ByteSource {
  return {
    [Symbol.asyncIterator]: () => assert.fail("bytes were asked for"),
  };
}

async function withStore(test: (store: Store) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await test(new Store(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const plain: ImportRequest = { origin: "-", changes: [] };

Deno.test("importImage() writes the configuration that docker writes", async () => {
  await withStore(async (store) => {
    const { id } = await importImage(store, archive(), {
      ...plain,
      changes: ['CMD ["x"]'],
      reference: "some/name",
    });
    const config = readImageConfig(store, id);
    assert.deepEqual(Object.keys(config), [
      "architecture",
      "comment",
      "config",
      "container_config",
      "created",
      "docker_version",
      "history",
      "os",
      "rootfs",
    ]);
    assert.equal(config.architecture, hostArchitecture);
    assert.equal(config.comment, "Imported from -");
    assert.deepEqual(config.config?.Cmd, ["x"]);
    assert.equal(config.container_config?.Cmd, null);
    assert.equal(config.docker_version, BOX_VERSION);
    assert.deepEqual(config.history, [{ created: config.created, comment: config.comment }]);
    assert.equal(config.rootfs.diff_ids?.length, 1);
    assert.equal(resolveImageId(store, "some/name:latest"), id);
  });
});

Deno.test("importImage() takes a message and another platform", async () => {
  await withStore(async (store) => {
    const request = { ...plain, message: "my own", platform: "linux/arm/v7" };
    const config = readImageConfig(store, (await importImage(store, archive(), request)).id);
    assert.equal(config.comment, "my own");
    assert.deepEqual(
      [config.os, config.architecture, config.variant],
      ["linux", "arm", "v7"],
    );
  });
});

const refused: [request: Partial<ImportRequest>, message: string][] = [
  [{ reference: "UPPER" }, "invalid reference format: repository name must be lowercase"],
  [{ reference: `a@sha256:${"0".repeat(64)}` }, "cannot import digest reference"],
  [{ changes: ["FROM x"] }, "from is not a valid change command"],
  [{ platform: "windows/amd64" }, "operating system is not supported"],
];

for (const [request, message] of refused) {
  Deno.test(`importImage() refuses ${JSON.stringify(request)} before it reads anything`, async () => {
    await withStore(async (store) => {
      await assert.rejects(importImage(store, unwanted(), { ...plain, ...request }), {
        name: "InvalidError",
        message,
      });
    });
  });
}

Deno.test("importImage() leaves nothing behind when the archive breaks off", async () => {
  await withStore(async (store) => {
    async function* broken(): ByteSource {
      for await (const chunk of archive()) {
        yield chunk.slice(0, 512);
        throw new Error("broken off");
      }
    }
    await assert.rejects(importImage(store, broken(), plain), { message: "broken off" });
    for (const path of [store.layers, store.layersInProgress, store.imageContents]) {
      assert.deepEqual([...Deno.readDirSync(path)], [], path);
    }
    assert.deepEqual([...Deno.readDirSync(store.overlays)].map((entry) => entry.name), ["l"]);
    assert.deepEqual([...Deno.readDirSync(`${store.overlays}/l`)], []);
  });
});
