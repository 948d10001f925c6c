import assert from "node:assert/strict";
import { type Descriptor, DOCKER_MEDIA_TYPE, MEDIA_TYPE } from "../../../../storage/archive/oci.ts";
import { sha256 } from "../../../../storage/digest.ts";
import { hostArchitecture } from "../../../../storage/image/config.ts";
import {
  type Bytes,
  compress,
  encode,
  makeConfig,
  makeTar,
  type Member,
  ScratchStore,
} from "./fixture.ts";

const layer = makeTar([["file", "content"]]);
const otherLayer = makeTar([["other", "content"]]);

/** A layout that is filled blob by blob. */
class Layout {
  readonly members = new Map<string, Member>([["oci-layout", '{"imageLayoutVersion":"1.0.0"}']]);

  async add(mediaType: string, content: Bytes | object): Promise<Descriptor> {
    const bytes = content instanceof Uint8Array ? content : encode(JSON.stringify(content));
    const digest = await sha256(bytes);
    this.members.set(`blobs/sha256/${digest.slice(7)}`, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Adds an image of one layer. */
  async addImage(
    stored: Bytes,
    plain: Bytes,
    layerType: string = MEDIA_TYPE.layer,
  ): Promise<{ id: string; manifest: Descriptor }> {
    const { id, bytes } = await makeConfig([plain]);
    const manifest = await this.add(MEDIA_TYPE.manifest, {
      schemaVersion: 2,
      config: await this.add(MEDIA_TYPE.config, bytes),
      layers: [await this.add(layerType, stored)],
    });
    return { id, manifest };
  }

  archive(...manifests: Descriptor[]): Bytes {
    this.members.set("index.json", JSON.stringify({ schemaVersion: 2, manifests }));
    return makeTar([...this.members]);
  }
}

const named = (descriptor: Descriptor, annotations: Record<string, string>) => ({
  ...descriptor,
  annotations,
});

async function idsAndNames(archive: Bytes): Promise<[string, string[]][]> {
  const results = [];
  for (const way of ["file", "pipe"] as const) {
    using scratch = new ScratchStore();
    const loaded = await scratch.load(archive, way);
    results.push(loaded.map(({ id, names }): [string, string[]] => [
      id,
      names.map(({ name }) => name),
    ]));
  }
  assert.deepEqual(results[0], results[1]);
  return results[0];
}

Deno.test("names come from containerd's annotation, or from the spec's if that is more than a tag", async () => {
  const full = "io.containerd.image.name", reference = "org.opencontainers.image.ref.name";
  const cases: [annotations: Record<string, string>, names: string[]][] = [
    [{}, []],
    [{ [reference]: "latest" }, []],
    [{ [reference]: "busybox:1" }, ["busybox:1"]],
    [{ [reference]: "localhost/x" }, ["localhost/x:latest"]],
    [{ [full]: "docker.io/library/busybox:2", [reference]: "2" }, ["busybox:2"]],
    [{ [full]: `docker.io/library/a@sha256:${"0".repeat(64)}` }, []],
  ];
  for (const [annotations, names] of cases) {
    const layout = new Layout(), { id, manifest } = await layout.addImage(layer, layer);
    assert.deepEqual(await idsAndNames(layout.archive(named(manifest, annotations))), [[
      id,
      names,
    ]]);
  }
});

Deno.test("several names of one image are names of one image", async () => {
  const layout = new Layout(), { id, manifest } = await layout.addImage(layer, layer);
  const other = await layout.addImage(otherLayer, otherLayer);
  const reference = "org.opencontainers.image.ref.name";
  const archive = layout.archive(
    named(manifest, { [reference]: "a:1" }),
    other.manifest,
    named(manifest, { [reference]: "a:2" }),
  );
  assert.deepEqual(await idsAndNames(archive), [[id, ["a:1", "a:2"]], [other.id, []]]);
});

Deno.test("layers may be compressed", async () => {
  const layout = new Layout();
  const { id, manifest } = await layout.addImage(
    await compress(layer),
    layer,
    `${MEDIA_TYPE.layer}+gzip`,
  );
  assert.deepEqual(await idsAndNames(layout.archive(manifest)), [[id, []]]);
});

Deno.test("of several platforms the host's is loaded, also through an index", async () => {
  const layout = new Layout();
  const host = await layout.addImage(layer, layer);
  const foreign = await layout.addImage(otherLayer, otherLayer);
  const manifests = [
    { ...foreign.manifest, platform: { os: "linux", architecture: "s390x" } },
    { ...host.manifest, platform: { os: "linux", architecture: hostArchitecture } },
  ];
  assert.deepEqual(await idsAndNames(layout.archive(...manifests)), [[host.id, []]]);
  for (const mediaType of [MEDIA_TYPE.index, DOCKER_MEDIA_TYPE.index]) {
    const index = await layout.add(mediaType, { schemaVersion: 2, mediaType, manifests });
    assert.deepEqual(await idsAndNames(layout.archive(index)), [[host.id, []]]);
  }
});

Deno.test("manifest.json goes before index.json", async () => {
  const layout = new Layout(), { manifest } = await layout.addImage(layer, layer);
  const { id, bytes } = await makeConfig([otherLayer]);
  layout.members.set("config", bytes).set("layer", otherLayer);
  const item = { Config: "config", Layers: ["layer"] };
  layout.members.set("manifest.json", JSON.stringify([item]));
  assert.deepEqual(await idsAndNames(layout.archive(manifest)), [[id, []]]);
});

/** Changes the bytes of a blob, but not its name. */
function spoil(layout: Layout, digest: string): void {
  const path = `blobs/sha256/${digest.slice(7)}`;
  const bytes = (layout.members.get(path) as Bytes).slice();
  bytes[Math.min(512, bytes.length - 1)] ^= 1; // in a tar, where content begins
  layout.members.set(path, bytes);
}

Deno.test("every blob is checked, and nothing stays of a layout that is no good", async () => {
  type Case = [make: (layout: Layout) => Promise<Bytes>, message: RegExp];
  const cases: Case[] = [
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      spoil(layout, manifest.digest);
      return layout.archive(manifest);
    }, /invalid digest for blobs\/sha256\/[a-f0-9]+: expected sha256:[a-f0-9]+, got sha256:/],
    [async (layout) => {
      const { id, manifest } = await layout.addImage(layer, layer);
      spoil(layout, id);
      return layout.archive(manifest);
    }, /invalid digest for blobs/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      spoil(layout, await sha256(layer));
      return layout.archive(manifest);
    }, /invalid digest for blobs/],
    [async (layout) => {
      const zipped = await compress(layer);
      const { manifest } = await layout.addImage(zipped, layer);
      const path = `blobs/sha256/${(await sha256(zipped)).slice(7)}`;
      // Unpacked it is the same; only the digest of the file itself shows the other time stamp.
      layout.members.set(path, zipped.with(4, zipped[4] ^ 1));
      return layout.archive(manifest);
    }, /invalid digest for blobs/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      const path = `blobs/sha256/${(await sha256(layer)).slice(7)}`;
      layout.members.set(path, new Uint8Array([...layer, ...new Uint8Array(512)]));
      return layout.archive(manifest);
    }, /invalid size for blobs/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, otherLayer);
      return layout.archive(manifest);
    }, /invalid diffID for layer 0/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      return layout.archive({ ...manifest, size: manifest.size + 1 });
    }, /invalid size for blobs\/sha256\/[a-f0-9]+: expected \d+, got \d+/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      layout.members.delete(`blobs/sha256/${(await sha256(layer)).slice(7)}`);
      return layout.archive(manifest);
    }, /invalid archive: open blobs\/sha256\/[a-f0-9]+: no such file or directory/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      return layout.archive({ ...manifest, mediaType: MEDIA_TYPE.index });
    }, /could be both|not an image index|has media type/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      return layout.archive({ ...manifest, mediaType: "application/json" });
    }, /unsupported media type "application\/json"/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      layout.members.set("oci-layout", '{"imageLayoutVersion":"2.0.0"}');
      return layout.archive(manifest);
    }, /unsupported version of the OCI image layout/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      let index = manifest;
      for (let depth = 0; depth < 5; depth++) {
        const document = {
          schemaVersion: 2,
          manifests: [index],
          annotations: { depth: `${depth}` },
        };
        index = await layout.add(MEDIA_TYPE.index, document);
      }
      return layout.archive(index);
    }, /too many levels of image indexes/],
    [async (layout) => {
      const { manifest } = await layout.addImage(layer, layer);
      return layout.archive(named(manifest, { "io.containerd.image.name": "UPPER:1" }));
    }, /repository name must be lowercase/],
  ];
  for (const [make, message] of cases) {
    const archive = await make(new Layout());
    for (const way of ["file", "pipe"] as const) {
      using scratch = new ScratchStore();
      await assert.rejects(scratch.load(archive, way), message);
      const { images, layers, inProgress, overlays } = scratch.contents();
      assert.deepEqual([images, layers, inProgress, overlays], [[], [], [], []]);
    }
  }
});

Deno.test("in a layout with manifest.json the names of blobs are promises, too", async () => {
  const { bytes } = await makeConfig([layer]);
  const right = (await sha256(layer)).slice(7), wrong = "0".repeat(64);
  const manifestOf = (Config: string, layer: string) =>
    JSON.stringify([{ Config, Layers: [`blobs/sha256/${layer}`] }]);
  const cases: [members: [string, Member][], message: RegExp | undefined][] = [
    [
      [["c", bytes], [`blobs/sha256/${right}`, layer], ["manifest.json", manifestOf("c", right)]],
      undefined,
    ],
    [
      [["c", bytes], [`blobs/sha256/${wrong}`, layer], ["manifest.json", manifestOf("c", wrong)]],
      /invalid digest/,
    ],
    [[
      [`blobs/sha256/${wrong}`, bytes],
      [`blobs/sha256/${right}`, layer],
      ["manifest.json", manifestOf(`blobs/sha256/${wrong}`, right)],
    ], /invalid digest/],
  ];
  for (const [members, message] of cases) {
    using scratch = new ScratchStore();
    const loading = scratch.load(makeTar(members));
    if (message === undefined) await loading;
    else await assert.rejects(loading, message);
  }
});
