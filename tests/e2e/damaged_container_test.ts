/** Files of a container that are cut off, are no JSON, or hold something else: whoever needs one says which it is. */
import { equal, match } from "node:assert/strict";
import { boxTest, sample } from "./harness.ts";
import { listContainers, listImages, noJson, otherJson, Store } from "./damaged_store/store.ts";

boxTest("a damaged config.v2.json: the container is named, the others are there", async (box) => {
  const store = await Store.make(box), file = "containers/CONTAINER/config.v2.json";
  const start = store.ids.CONTAINER.slice(0, 12);
  const needing = ["start -a", "rm", "commit", "export", "inspect"];
  for (const content of sample([...noJson, ...otherJson, undefined])) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, needing.map((command) => `${command} ${start}`));
      await store.assertNamed(file, [`cp ${start}:/mine -`]);
      await store.assertListed(listContainers, ["sane"], file);
      await store.assertWorking([
        "run --rm busybox true",
        "start -a sane",
        listImages,
        "inspect sane",
      ]);
    });
  }
  await store.damage(file, "", async () => {
    await store.assertNamed(file, ["start -a victim", "rm victim"]); // by what the index says
    await store.assertWorking(["tag busybox removed", "rmi removed"]);
  });
  await store.assertWorking(["start -a victim"]);
});

boxTest("rm --force removes a container that cannot be read", async (box) => {
  const store = await Store.make(box);
  await Deno.writeTextFile(store.path("containers/CONTAINER/config.v2.json"), "");
  await store.assertWorking([
    "rm --force victim",
    "create --name victim busybox true",
    "rm victim",
  ]);
  equal(await box.ok(listContainers), "sane");
});

boxTest("a damaged hostconfig.json: the container cannot start, but go", async (box) => {
  const store = await Store.make(box), file = "containers/CONTAINER/hostconfig.json";
  for (const content of sample([...noJson, ...otherJson, undefined])) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, ["start -a victim", "inspect victim"]);
      await store.assertWorking([listContainers, "diff victim", "run --rm busybox true"]);
    });
  }
  await Deno.remove(store.path(file));
  await store.assertWorking(["rm victim"]);
});

boxTest("a damaged note of a container's layer is named", async (box) => {
  const store = await Store.make(box);
  const file = "image/overlay2/layerdb/mounts/CONTAINER/mount-id";
  for (const content of sample(["", "../..", "a/b", undefined])) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, ["start -a victim", "diff victim", "inspect victim"]);
      await store.assertWorking([listContainers, "start -a sane"]);
    });
  }
});

boxTest("the index of names is an index only", async (box) => {
  const store = await Store.make(box), link = `${box.root}/names/victim`;
  const sane = await box.ok("inspect -f {{.Id}} sane");
  for (const target of sample(["nonsense", "../../..", sane, "0".repeat(64), undefined])) {
    await Deno.remove(link);
    if (target !== undefined) await Deno.symlink(target, link);
    equal(await box.ok("inspect -f {{.Id}} victim"), store.ids.CONTAINER);
    match(
      await box.fail("create --name victim busybox true", 1, /already in use by container/),
      new RegExp(`"${store.ids.CONTAINER}"`),
    );
    await box.ok("rename victim other");
    await box.ok("rename other victim");
    equal(await Deno.readLink(link), store.ids.CONTAINER);
  }
});
