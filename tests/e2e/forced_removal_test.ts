/** Images that are removed while containers stand on them. */
import { deepEqual, equal } from "node:assert/strict";
import { type Box, boxTest, refuses, storeLeftovers } from "./harness.ts";

/** Makes an image of its own layer, removes it by force under these containers, and the rest of it. */
async function containersWithoutImage(box: Box, ...names: string[]): Promise<void> {
  await box.busybox();
  await box.ok(["run", "--name", "source", "busybox", "sh", "-c", "echo mine > /mine"]);
  await box.ok("commit source victim");
  for (const name of names) await box.ok(`create --name ${name} victim cat /mine`);
  await box.ok("rmi -f victim");
  await box.ok("rm source");
  await box.ok("rmi busybox");
  equal(await box.ok("images -q"), "");
}

boxTest("the layers of an image removed by force go with its last container", async (box) => {
  await containersWithoutImage(box, "one", "two");
  for (const name of ["one", "two"]) {
    equal(await box.ok(`start -a ${name}`), "mine");
    await box.ok(`rm ${name}`);
    deepEqual(storeLeftovers(box.root), []);
  }
  deepEqual([...Deno.readDirSync(`${box.root}/image/overlay2/layerdb/sha256`)], []);
});

boxTest("a container without its image can be exported, but not be committed", async (box) => {
  await containersWithoutImage(box, "one");
  await refuses(box, "commit one next", {
    message: /^Error response from daemon: No such image: sha256:[0-9a-f]{64}$/,
  });
  await box.ok(["export", "-o", `${box.temp}/one.tar`, "one"]);
  equal(await box.shell(`tar -xOf ${box.temp}/one.tar mine`), "mine");
});

boxTest("they go with a container that is damaged, too", async (box) => {
  await containersWithoutImage(box, "one");
  const id = await box.ok("ps -aq --no-trunc");
  await Deno.writeTextFile(`${box.root}/containers/${id}/config.v2.json`, "");
  await box.ok("rm -f one");
  deepEqual(storeLeftovers(box.root), []);
});
