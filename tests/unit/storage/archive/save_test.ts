import assert from "node:assert/strict";
import { findSavedImages } from "../../../../storage/archive/saved_images.ts";
import { formatReference } from "../../../../storage/image/reference.ts";
import { Store } from "../../../../storage/store.ts";
import { decode, makeConfig, makeTar, readTar, ScratchStore } from "./fixture.ts";

const first = makeTar([["file", "content"]]);
const second = makeTar([["file", "other content"]]);

/** A store with `a:1` and `a:2` on one image, `b:1` on another. */
async function makeStore() {
  const one = await makeConfig([first]), two = await makeConfig([second]);
  const archive = makeTar([
    ["1", first],
    ["2", second],
    ["one", one.bytes],
    ["two", two.bytes],
    [
      "manifest.json",
      JSON.stringify([
        { Config: "one", RepoTags: ["a:1", "a:2"], Layers: ["1"] },
        { Config: "two", RepoTags: ["b:1"], Layers: ["2"] },
      ]),
    ],
  ]);
  const scratch = new ScratchStore();
  await scratch.load(archive);
  return { scratch, one: one.id, two: two.id };
}

Deno.test("images are found by name, by repository and by id", async () => {
  const { scratch, one, two } = await makeStore();
  using _ = scratch;
  const cases: [words: string[], found: [id: string, names: string[]][]][] = [
    [["a:1"], [[one, ["a:1"]]]],
    [["a"], [[one, ["a:1", "a:2"]]]],
    [["a:2", "b:1", "a:1", "a:2"], [[one, ["a:2", "a:1"]], [two, ["b:1"]]]],
    [["docker.io/library/b:1"], [[two, ["b:1"]]]],
    [[one], [[one, []]]],
    [[one.slice(7)], [[one, []]]],
    [[one.slice(7, 19)], [[one, []]]],
    [[one.slice(0, 19)], [[one, []]]],
    [[one, "a:1"], [[one, ["a:1"]]]],
  ];
  for (const [words, found] of cases) {
    const images = [...findSavedImages(scratch.store, words)];
    assert.deepEqual(images.map(([id, names]) => [id, names.map(formatReference)]), found);
  }
});

Deno.test("what is not there is named as it was asked for", async () => {
  const { scratch } = await makeStore();
  using _ = scratch;
  const zeros = "0".repeat(64);
  const cases: [words: string, message: string][] = [
    ["nosuch", "No such image: nosuch"],
    ["a:3", "No such image: a:3"],
    ["sha256:0123", "No such image: sha256:0123"],
    [zeros, `No such image: ${zeros}`],
    [`a@sha256:${zeros}`, `No such image: a@sha256:${zeros}`],
    ["UPPER", "invalid reference format: repository name must be lowercase"],
    ["", "invalid reference format"],
  ];
  for (const [words, message] of cases) {
    assert.throws(() => findSavedImages(scratch.store, ["a:1", words]), { message });
  }
});

Deno.test("a store that does not exist has no images, and is not made", async () => {
  using scratch = new ScratchStore();
  await assert.rejects(scratch.save("a"), { message: "No such image: a" });
  assert.equal(new Store(scratch.store.root).exists(), false);
});

Deno.test("nothing is written for an image that is not there", async () => {
  const { scratch } = await makeStore();
  using _ = scratch;
  await assert.rejects(scratch.save("a:1", "nosuch"), { message: "No such image: nosuch" });
});

Deno.test("saving leaves the store as it is", async () => {
  const { scratch } = await makeStore();
  using _ = scratch;
  const before = scratch.contents();
  await scratch.save("a", "b");
  assert.deepEqual(scratch.contents(), before);
});

Deno.test("layers come out as they came in", async () => {
  const { scratch } = await makeStore();
  using _ = scratch;
  const entries = await readTar(await scratch.save("a:1", "b:1"));
  const manifest = JSON.parse(decode(entries.get("manifest.json") as Uint8Array<ArrayBuffer>));
  assert.deepEqual(entries.get(manifest[0].Layers[0]), first);
  assert.deepEqual(entries.get(manifest[1].Layers[0]), second);
});

Deno.test("a layer whose files changed behind the store's back is not saved", async () => {
  const { scratch } = await makeStore();
  using _ = scratch;
  const { overlays } = scratch.contents();
  for (const id of overlays) {
    Deno.writeTextFileSync(`${scratch.store.overlays}/${id}/diff/file`, "changed");
  }
  await assert.rejects(scratch.save("a:1"), { name: "CorruptStoreError" });
});

Deno.test("a layer whose record changed behind the store's back is not saved", async () => {
  const { scratch } = await makeStore();
  using _ = scratch;
  const [a, b] = scratch.contents().layers.map((name) => `${scratch.store.layers}/${name}`);
  const other = `${scratch.store.overlays}/${Deno.readTextFileSync(`${b}/cache-id`)}`;
  const own = `${scratch.store.overlays}/${Deno.readTextFileSync(`${a}/cache-id`)}`;
  Deno.copyFileSync(`${b}/tar-split.json.gz`, `${a}/tar-split.json.gz`);
  Deno.copyFileSync(`${other}/diff/file`, `${own}/diff/file`);
  await assert.rejects(scratch.save("a:1", "b:1"), {
    name: "CorruptStoreError",
    message: /^layer sha256:[a-f0-9]+ is damaged: expected diffID sha256:/,
  });
});
