import assert from "node:assert/strict";
import { sha256 } from "../../../../storage/digest.ts";
import { parentOf } from "../../../../storage/image/image_store.ts";
import type { HistoryEntry, ImageConfig } from "../../../../storage/image/config.ts";
import {
  type Bytes,
  compress,
  encode,
  makeConfig,
  makeTar,
  type Member,
  readTar,
  ScratchStore,
} from "./fixture.ts";

const base = makeTar([["etc", { symlink: "x" }], ["file", "content"]]);
const added = makeTar([["new", "more"]]);

const ways = ["file", "pipe"] as const;
const nothing = { images: [], metadata: [], layers: [], inProgress: [], overlays: [], links: [] };

interface Item {
  readonly layers: readonly Bytes[];
  readonly tags?: string[] | null;
  readonly parent?: string;
  readonly config?: Partial<ImageConfig>;
}

type Members = Map<string, Member>;

/** What docker 20.10 would put into an archive. */
async function dockerMembers(items: readonly Item[]): Promise<Members> {
  const members: Members = new Map(), manifest = [];
  for (const { layers, tags = null, parent, config } of items) {
    const { id, bytes } = await makeConfig(layers, config);
    const paths = [];
    for (const layer of layers) {
      const path = `${(await sha256(layer)).slice(7)}/layer.tar`;
      members.set(path, layer);
      paths.push(path);
    }
    members.set(`${id.slice(7)}.json`, bytes);
    manifest.push({
      Config: `${id.slice(7)}.json`,
      RepoTags: tags,
      Layers: paths,
      ...(parent && { Parent: parent }),
    });
  }
  return members.set("manifest.json", JSON.stringify(manifest));
}

async function dockerArchive(...items: Item[]): Promise<Bytes> {
  return makeTar([...await dockerMembers(items)]);
}

/** Changes the manifest of an archive with one image. */
async function changedManifest(change: Record<string, unknown>): Promise<Bytes> {
  const members = await dockerMembers([{ layers: [base, added], tags: ["a:1"] }]);
  const [item] = JSON.parse(members.get("manifest.json") as string);
  members.set("manifest.json", JSON.stringify([{ ...item, ...change }]));
  return makeTar([...members]);
}

for (const way of ways) {
  Deno.test(`an archive of docker's can be loaded from a ${way}`, async () => {
    using scratch = new ScratchStore();
    const { id } = await makeConfig([base, added]);
    const archive = await dockerArchive({ layers: [base, added], tags: ["a:1", "b/c:2"] });
    assert.deepEqual(await scratch.load(archive, way), [
      { id, names: [{ name: "a:1", replaced: undefined }, { name: "b/c:2", replaced: undefined }] },
    ]);
    const contents = scratch.contents();
    assert.deepEqual([contents.layers.length, contents.overlays.length], [2, 2]);
    assert.deepEqual(contents.inProgress, []);
  });

  Deno.test(`a compressed archive with compressed layers can be loaded from a ${way}`, async () => {
    using scratch = new ScratchStore();
    const { id, bytes } = await makeConfig([base, added]);
    const archive = makeTar([
      ["manifest.json", JSON.stringify([{ Config: "c", RepoTags: null, Layers: ["1", "2"] }])],
      ["c", bytes],
      ["1", await compress(base)],
      ["2", added],
    ]);
    assert.deepEqual(await scratch.load(await compress(archive), way), [{ id, names: [] }]);
  });

  Deno.test(`layers that are links are found in a ${way}`, async () => {
    using scratch = new ScratchStore();
    const { id, bytes } = await makeConfig([base, added, base]);
    const archive = makeTar([
      ["a/layer.tar", { symlink: "../b/layer.tar" }],
      ["b/layer.tar", base],
      ["c/layer.tar", added],
      ["d/layer.tar", { link: "c/layer.tar" }],
      ["config", bytes],
      [
        "manifest.json",
        JSON.stringify([{
          Config: "config",
          Layers: ["a/layer.tar", "d/layer.tar", "b/layer.tar"],
        }]),
      ],
    ]);
    assert.deepEqual(await scratch.load(archive, way), [{ id, names: [] }]);
    assert.equal(scratch.contents().layers.length, 3);
  });

  Deno.test(`what was saved is loaded from a ${way} and saved again byte for byte`, async () => {
    using first = new ScratchStore(), second = new ScratchStore();
    await first.load(
      await dockerArchive(
        { layers: [base, added, added], tags: ["a:1", "a:2"] },
        { layers: [base], tags: ["b:1"] },
      ),
    );
    const saved = await first.save("a", "b:1");
    await second.load(saved, way);
    assert.deepEqual(await second.save("a", "b:1"), saved);
    assert.deepEqual(await second.save("a", "b:1"), saved);
  });

  Deno.test(`unused files of an archive from a ${way} leave nothing behind`, async () => {
    using scratch = new ScratchStore();
    const members = await dockerMembers([{ layers: [base], tags: ["a:1"] }]);
    members.set("unused/layer.tar", makeTar([["x", "y"]]));
    members.set("odd", makeTar([["../../climbs", "out"]]));
    members.set("README", "hello");
    await scratch.load(makeTar([...members]), way);
    const { layers, overlays, links, inProgress } = scratch.contents();
    assert.deepEqual([layers.length, overlays.length, links.length], [1, 1, 1]);
    assert.deepEqual(inProgress, []);
  });

  Deno.test(`what is wrong with an archive from a ${way} is said, and nothing of it stays`, async () => {
    const config = await makeConfig([base, added]);
    const good = await dockerArchive({ layers: [base, added], tags: ["a:1"] });
    const diffIds = [`sha256:${"0".repeat(64)}`, await sha256(added)];
    const cases: [archive: Bytes, message: string | RegExp][] = [
      [makeTar([]), "invalid archive: does not contain a manifest.json or an index.json"],
      [makeTar([["x", "y"]]), "invalid archive: does not contain a manifest.json or an index.json"],
      [encode("text\n"), "Error processing tar file: unexpected EOF"],
      [
        encode("text\n".repeat(200)),
        /^Error processing tar file: archive\/tar: invalid tar header/,
      ],
      [good.subarray(0, 700), "Error processing tar file: unexpected EOF"],
      [good.subarray(0, good.length - 1700), "Error processing tar file: unexpected EOF"],
      [(await compress(good)).slice(0, -20), "Error processing tar file: unexpected EOF"],
      [makeTar([["manifest.json", "["]]), "manifest.json is not valid JSON"],
      [makeTar([["manifest.json", "{}"]]), "manifest.json is not a list of images"],
      [makeTar([["manifest.json", "[{}]"]]), "manifest.json is not a list of images"],
      [
        await changedManifest({ Layers: ["a", "b", "c"] }),
        "invalid manifest, layers length mismatch: expected 3, got 2",
      ],
      [
        await changedManifest({ Layers: ["a", "b"] }),
        "invalid archive: open a: no such file or directory",
      ],
      [
        await changedManifest({ Config: "../../etc/passwd" }),
        "invalid archive: open ../../etc/passwd: no such file or directory",
      ],
      [
        await changedManifest({ Config: "\x1b[2J" }),
        'invalid archive: open "\\u001b[2J": no such file or directory',
      ],
      [
        await changedManifest({ RepoTags: ["UPPER:1"] }),
        "invalid reference format: repository name must be lowercase",
      ],
      [await changedManifest({ RepoTags: ["a"] }), 'invalid tag "a"'],
      [
        await dockerArchive({
          layers: [base, added],
          config: { rootfs: { type: "layers", diff_ids: diffIds } },
        }),
        `invalid diffID for layer 0: expected "${diffIds[0]}", got "${await sha256(base)}"`,
      ],
      [
        await dockerArchive({ layers: [base], config: { os: "windows" } }),
        "cannot load windows image on linux",
      ],
      [
        makeTar([
          ["1", base],
          ["2", makeTar([["../../climbs", "out"]])],
          ["c", config.bytes],
          ["manifest.json", JSON.stringify([{ Config: "c", Layers: ["1", "2"] }])],
        ]),
        /climbs.* is outside of/,
      ],
    ];
    for (const [archive, message] of cases) {
      using scratch = new ScratchStore();
      await assert.rejects(scratch.load(archive, way), (error: Error) => {
        if (typeof message === "string") assert.equal(error.message, message);
        else assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(scratch.contents(), nothing, String(message));
    }
  });
}

Deno.test("layers that the store has are not read again", async () => {
  using scratch = new ScratchStore();
  await scratch.load(await dockerArchive({ layers: [base], tags: ["a:1"] }));
  const members = await dockerMembers([{ layers: [base, added], tags: ["b:1"] }]);
  const path = `${(await sha256(base)).slice(7)}/layer.tar`;
  const broken = base.slice().fill(0x78);
  assert(members.has(path));
  await scratch.load(makeTar([...members.set(path, broken)]));
  assert.equal(scratch.contents().layers.length, 2);
});

Deno.test("a name that moves is reported", async () => {
  using scratch = new ScratchStore();
  const [old] = await scratch.load(await dockerArchive({ layers: [base], tags: ["a:1"] }));
  const archive = await dockerArchive({ layers: [added], tags: ["a:1"] });
  const [image] = await scratch.load(archive);
  assert.deepEqual(image.names, [{ name: "a:1", replaced: old.id }]);
  const [again] = await scratch.load(archive);
  assert.deepEqual(again.names, [{ name: "a:1", replaced: undefined }]);
});

const step = (created_by: string): HistoryEntry => ({ created_by });

Deno.test("the image that another was made from is noted, in whatever order they come", async () => {
  const parent = { layers: [base], config: { history: [step("one")] } };
  const { id } = await makeConfig(parent.layers, parent.config);
  const config = { history: [step("one"), step("two")] };
  const child = { layers: [base, added], config, parent: id };
  for (const items of [[child, parent], [parent, child]]) {
    using scratch = new ScratchStore();
    const loaded = await scratch.load(await dockerArchive(...items));
    const childId = loaded[items.indexOf(child)].id;
    assert.equal(parentOf(scratch.store, childId), id);
    assert.equal(parentOf(scratch.store, id), undefined);
  }
  using scratch = new ScratchStore();
  const [alone] = await scratch.load(await dockerArchive(child));
  assert.equal(parentOf(scratch.store, alone.id), undefined);
});

Deno.test("a parent that cannot be one is refused", async () => {
  const parent = { layers: [base], config: { history: [step("one")] } };
  const { id } = await makeConfig(parent.layers, parent.config);
  const histories = [[], [step("one")], [step("other"), step("two")]];
  for (const history of histories) {
    using scratch = new ScratchStore();
    const child = { layers: [base, added], config: { history }, parent: id };
    await assert.rejects(
      scratch.load(await dockerArchive(child, parent)),
      /^InvalidError: image sha256:[a-f0-9]+ is not a valid parent for sha256:/,
    );
    assert.deepEqual(scratch.contents(), nothing);
  }
});

Deno.test("images that claim to be made from each other are refused", async () => {
  using scratch = new ScratchStore();
  const [a, b] = [await makeConfig([base]), await makeConfig([added])];
  await assert.rejects(
    scratch.load(
      await dockerArchive({ layers: [base], parent: b.id }, { layers: [added], parent: a.id }),
    ),
    /is its own ancestor/,
  );
});

Deno.test("an archive may say that it has no images", async () => {
  using scratch = new ScratchStore();
  assert.deepEqual(await scratch.load(makeTar([["manifest.json", "[]"]])), []);
  assert.deepEqual(await scratch.load(makeTar([["manifest.json", "null"]])), []);
});

Deno.test("a saved archive is docker's and an OCI layout at once", async () => {
  using scratch = new ScratchStore();
  await scratch.load(await dockerArchive({ layers: [base, added], tags: ["a:1"] }));
  const saved = await readTar(await scratch.save("a:1"));
  saved.delete("manifest.json");
  const members = [...saved].filter(([name]) => !name.endsWith("/")).map((
    [name, content],
  ): [string, Member] => [
    name,
    typeof content === "string" ? { symlink: content.slice("-> ".length) } : content,
  ]);
  for (const way of ways) {
    using other = new ScratchStore();
    const { id } = await makeConfig([base, added]);
    assert.deepEqual(await other.load(makeTar(members), way), [
      { id, names: [{ name: "a:1", replaced: undefined }] },
    ]);
  }
});
