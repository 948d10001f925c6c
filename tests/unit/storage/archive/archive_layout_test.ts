import assert from "node:assert/strict";
import {
  type ArchivedImage,
  type ArchivedLayer,
  type ArchiveEntry,
  planArchive,
} from "../../../../storage/archive/archive_layout.ts";
import { parseReference } from "../../../../storage/image/reference.ts";
import { chainIdsOf } from "../../../../storage/layer/layer_store.ts";
import { decode, encode, makeConfig } from "./fixture.ts";

async function makeImage(
  contents: readonly string[],
  names: readonly string[] = [],
  more: { parent?: string; created?: string } = {},
): Promise<ArchivedImage> {
  const { id, bytes } = await makeConfig(contents.map(encode), { created: more.created });
  const config = JSON.parse(decode(bytes)), diffIds: string[] = config.rootfs.diff_ids;
  const chainIds = await chainIdsOf(diffIds);
  const layers: ArchivedLayer[] = diffIds.map((diffId, index) => ({
    chainId: chainIds[index],
    diffId,
    tarSize: contents[index].length,
  }));
  return { id, bytes, config, references: names.map(parseReference), layers, parent: more.parent };
}

function document(entries: readonly ArchiveEntry[], name: string) {
  const entry = entries.find((each) => each.name === name);
  assert(entry?.type === "file", name);
  return JSON.parse(decode(entry.content));
}

const created = "2026-01-02T03:04:05.678Z";

Deno.test("every entry comes after its directory, and in the order of names", async () => {
  const entries = await planArchive([await makeImage(["one", "two"], ["a:1"])]);
  const names = entries.map((entry) => entry.name);
  assert.deepEqual(names, [...names].sort());
  for (const name of names.filter((each) => each.includes("/"))) {
    const parent = name.slice(0, name.lastIndexOf("/"));
    assert.equal(entries.find((each) => each.name === parent)?.type, "directory");
  }
});

Deno.test("manifest.json, repositories and index.json name an image", async () => {
  const image = await makeImage(["one", "two"], ["busybox:1", "localhost:5000/x/y:2"]);
  const entries = await planArchive([image]);
  const [item, ...others] = document(entries, "manifest.json");
  assert.deepEqual(others, []);
  assert.deepEqual(Object.keys(item), ["Config", "RepoTags", "Layers"]);
  assert.equal(item.Config, `${image.id.slice(7)}.json`);
  assert.deepEqual(item.RepoTags, ["busybox:1", "localhost:5000/x/y:2"]);
  assert(item.Layers.every((path: string) => /^[a-f0-9]{64}\/layer\.tar$/.test(path)));
  const top = item.Layers[1].slice(0, 64);
  assert.deepEqual(document(entries, "repositories"), {
    busybox: { 1: top },
    "localhost:5000/x/y": { 2: top },
  });
  const annotations = document(entries, "index.json").manifests.map(
    (each: { annotations: unknown }) => each.annotations,
  );
  assert.deepEqual(annotations, [
    {
      "io.containerd.image.name": "docker.io/library/busybox:1",
      "org.opencontainers.image.ref.name": "1",
    },
    {
      "io.containerd.image.name": "localhost:5000/x/y:2",
      "org.opencontainers.image.ref.name": "2",
    },
  ]);
  assert.deepEqual(document(entries, "oci-layout"), { imageLayoutVersion: "1.0.0" });
});

Deno.test("the OCI manifest describes what its blobs hold", async () => {
  const image = await makeImage(["one", "three"]);
  const entries = await planArchive([image]);
  const [{ digest, size, annotations }] = document(entries, "index.json").manifests;
  assert.equal(annotations, undefined);
  const manifest = document(entries, `blobs/sha256/${digest.slice(7)}`);
  assert.equal(size, JSON.stringify(manifest).length);
  assert.deepEqual(manifest.config, {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: image.id,
    size: image.bytes.length,
  });
  const layerType = "application/vnd.oci.image.layer.v1.tar";
  assert.deepEqual(manifest.layers, [
    { mediaType: layerType, digest: image.layers[0].diffId, size: 3 },
    { mediaType: layerType, digest: image.layers[1].diffId, size: 5 },
  ]);
});

Deno.test("an image without names is null in RepoTags, and there is no repositories", async () => {
  const entries = await planArchive([await makeImage(["one"])]);
  assert.equal(document(entries, "manifest.json")[0].RepoTags, null);
  assert.equal(entries.some((entry) => entry.name === "repositories"), false);
});

Deno.test("an image without layers is possible", async () => {
  const entries = await planArchive([await makeImage([], ["a:1"])]);
  assert.equal(document(entries, "manifest.json")[0].Layers, null);
});

Deno.test("bytes that layers share are there once, and all else is a link to them", async () => {
  const images = [
    await makeImage(["same", "same", "other"], ["a:1"]),
    await makeImage(["same"], ["b:1"]),
    await makeImage(["same", "another"], ["c:1"]),
  ];
  const entries = await planArchive(images);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const stored = entries.filter((entry) => entry.type === "layer").map((entry) => entry.name);
  assert.equal(stored.length, 3);
  for (const entry of entries) {
    if (entry.type !== "symlink") continue;
    const path = new URL(entry.target, `file:///${entry.name}`).pathname.slice(1);
    assert.equal(byName.get(path)?.type, "layer", `${entry.name} -> ${entry.target}`);
  }
  for (const { diffId } of images[0].layers) {
    assert.equal(byName.get(`blobs/sha256/${diffId.slice(7)}`)?.type, "symlink");
  }
  const items: { Layers: string[] }[] = document(entries, "manifest.json");
  assert.deepEqual(items.map((item) => item.Layers.length), [3, 1, 2]);
  for (const path of items.flatMap((item) => item.Layers)) assert(stored.includes(path));
  const legacyDirectories = entries.filter((entry) => entry.name.endsWith("/VERSION"));
  assert.equal(legacyDirectories.length, 5);
});

Deno.test("Parent is said only of a parent that is in the archive", async () => {
  const parent = await makeImage(["one"]);
  const child = await makeImage(["one", "two"], [], { parent: parent.id });
  const parentOf = async (images: ArchivedImage[]) =>
    document(await planArchive(images), "manifest.json")[0].Parent;
  assert.equal(await parentOf([child, parent]), parent.id);
  assert.equal(await parentOf([child]), undefined);
});

Deno.test("an image's files have its date in whole seconds, the archive's own have none", async () => {
  const cases: [created: string | undefined, seconds: number][] = [
    [created, 1767323045],
    ["0001-01-01T00:00:00Z", 0],
    ["nonsense", 0],
    [undefined, 0],
  ];
  for (const [date, seconds] of cases) {
    const image = await makeImage(["one"], [], { created: date });
    for (const { name, modified } of await planArchive([image])) {
      const isCommon = /^(blobs|blobs\/sha256|manifest\.json|index\.json|oci-layout)$/.test(name);
      assert.deepEqual(modified, { seconds: isCommon ? 0 : seconds, nanoseconds: 0 }, name);
    }
  }
});
