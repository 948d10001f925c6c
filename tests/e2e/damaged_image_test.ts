/** Files of images and layers that are cut off, are no JSON, or hold something else: whoever needs one says which it is. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { boxTest, onlyLine, sample } from "./harness.ts";
import { listContainers, listImages, noJson, otherJson, Store } from "./damaged_store/store.ts";

boxTest("a damaged repositories.json: images have no names, containers work", async (box) => {
  const store = await Store.make(box), file = "image/overlay2/repositories.json";
  const archive = `${box.temp}/saved.tar`, empty = `${box.temp}/empty.tar`;
  await box.ok(["save", "-o", archive, "busybox"]);
  await Deno.writeFile(empty, new Uint8Array(1024));
  for (
    const content of sample([...noJson, "[]", '{"Repositories":7}', '{"Repositories":{"a":1}}'])
  ) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, [
        "images",
        "run --rm busybox true",
        "history busybox",
        "save busybox",
        "rmi busybox",
        "tag busybox new",
        `import ${empty} new`,
        `load -q -i ${archive}`,
        "commit victim new",
      ]);
      await store.assertListed(listContainers, ["sane", "victim"], file);
      await store.assertWorking(["start -a victim", "diff victim", "inspect victim"]);
      await store.assertWorking([`run --rm ${store.ids.IMAGE} true`]);
    });
  }
});

boxTest(
  "a damaged image: the others are there, and it can be removed, or loaded again",
  async (box) => {
    const store = await Store.make(box), file = "image/overlay2/imagedb/content/sha256/IMAGE";
    const archive = `${box.temp}/saved.tar`;
    await box.ok(["save", "-o", archive, "victim:1"]);
    for (const content of sample([...noJson, ...otherJson])) {
      await store.damage(file, content, async () => {
        await store.assertNamed(file, [
          "run --rm victim:1",
          "history victim:1",
          "commit victim new",
        ]);
        await store.assertListed(listImages, ["busybox"], file);
        await store.assertWorking(["run --rm busybox true", "start -a victim", listContainers]);
        await store.assertWorking(["tag busybox removed", "rmi removed"]);
      });
    }
    await Deno.writeTextFile(store.path(file), "");
    await store.assertWorking([`load -q -i ${archive}`]);
    equal(await box.ok("run --rm victim:1 cat /mine"), "mine");

    await Deno.writeTextFile(store.path(file), "");
    await store.assertWorking(["rm victim", "rmi victim:1"]);
    equal(await box.ok(listImages), "busybox");
    await store.assertWorking([`load -q -i ${archive}`, "run --rm victim:1 cat /mine"]);
  },
);

boxTest("a damaged layer is named by all who need it", async (box) => {
  const store = await Store.make(box), layer = "image/overlay2/layerdb/sha256/LAYER";
  const damages: [file: string, contents: (string | undefined)[]][] = [
    ["cache-id", ["", "../../..", undefined]],
    ["diff", ["", "sha256:0", undefined]],
    ["size", ["", "-1", "x", "1e999", undefined]],
    ["parent", ["", "sha256:../../.."]],
  ];
  for (const [name, contents] of damages) {
    for (const content of sample(contents)) {
      const file = `${layer}/${name}`;
      await store.damage(file, content, async () => {
        await store.assertNamed(file, ["history victim:1", "save victim:1"]);
        await store.assertWorking(["run --rm busybox true", "ps -a", "images"]);
        await store.assertWorking(["tag busybox removed", "rmi removed"]);
      });
    }
  }
  await store.damage(`${layer}/parent`, `sha256:${store.ids.LAYER}`, async () => {
    const { code, stderr } = await box.run("ps -as", { timeout: 20_000 });
    deepEqual([code, stderr.includes(`${store.path(layer)} is a layer below itself`)], [0, true]);
  });
  for (const content of sample(["", "not compressed", undefined])) {
    await store.damage(`${layer}/tar-split.json.gz`, content, async () => {
      const { code, stderr } = await box.run(["save", "-o", `${box.temp}/x`, "victim:1"]);
      equal(code, 1);
      match(onlyLine(stderr), new RegExp(`${store.ids.LAYER}.*tar-split\\.json\\.gz`));
      await store.assertWorking(["run --rm victim:1 cat /mine"]);
    });
  }
});

boxTest("a damaged layer stands in nobody's way, and goes when it is whole again", async (box) => {
  const store = await Store.make(box), layer = "image/overlay2/layerdb/sha256/LAYER";
  await box.ok("rm victim");
  await store.damage(`${layer}/diff`, "", async () => {
    await box.ok("rmi victim:1", { timeout: 20_000 });
    await box.ok("run --rm busybox true");
    await box.ok("commit sane other");
    await box.ok("rmi other");
    match(await box.ok("images"), /^busybox +latest /m);
    ok(await Deno.stat(store.path(layer)));
  });
  await store.assertWorking(["tag busybox removed", "rmi removed"]);
  await rejects(Deno.stat(store.path(layer)), Deno.errors.NotFound);
});
