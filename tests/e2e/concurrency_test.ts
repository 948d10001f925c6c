/** Many box processes on one store. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { boxTest, busyboxTar, describe, storeLeftovers } from "./harness.ts";

const AT_ONCE = 20;

boxTest(
  "twenty at once import, run, commit and remove on one store, and nothing is lost",
  async (box) => {
    const archive = await busyboxTar();
    await box.ok(["import", archive, "shared"]);
    await Promise.all(Array.from({ length: AT_ONCE }, async (_, worker) => {
      const mine = `mine:${worker}`, name = `worker${worker}`;
      await box.ok(["import", "-c", `LABEL worker=${worker}`, archive, mine]);
      equal(await box.ok(["run", "--rm", "shared", "echo", name]), name);
      await box.ok(["run", "--name", name, mine, "sh", "-c", `echo ${worker} > /worker`]);
      await box.ok(["commit", name, `made:${worker}`]);
      equal(await box.ok(["run", "--rm", `made:${worker}`, "cat", "/worker"]), `${worker}`);
      await box.ok(["tag", `made:${worker}`, `kept:${worker}`]);
      await box.ok(["rm", name]);
      await box.ok(["rmi", `made:${worker}`, mine]);
    }));
    equal(await box.ok("ps -aq"), "");
    const kept = (await box.ok(["images", "--format", "{{.Tag}}", "kept"])).split("\n").map(Number);
    deepEqual(kept.sort((a, b) => a - b), Array.from({ length: AT_ONCE }, (_, i) => i));
    for (const worker of kept) {
      equal(await box.ok(["run", "--rm", `kept:${worker}`, "cat", "/worker"]), `${worker}`);
    }
    deepEqual(storeLeftovers(box.root), []);
  },
);

boxTest("one name for twenty creations goes to exactly one", async (box) => {
  await box.busybox();
  const create = "create --name wanted busybox true";
  const results = await Promise.all(Array.from({ length: AT_ONCE }, () => box.run(create)));
  const story = results.map((result) => describe(box.commandLine(create), result)).join("\n");
  const winners = results.filter(({ code }) => code === 0);
  equal(winners.length, 1, story);
  const winner = winners[0].stdout.trim();
  equal(await box.ok("inspect -f {{.Id}} wanted"), winner);
  for (const { stderr } of results.filter(({ code }) => code !== 0)) {
    ok(stderr.includes(`"/wanted" is already in use by container "${winner}"`), story);
  }
});

boxTest("the same archive loaded twenty times at once is one image", async (box) => {
  await box.busybox();
  const archive = `${box.temp}/saved.tar`;
  await box.ok(["save", "-o", archive, "busybox"]);
  const id = await box.ok("images -q --no-trunc busybox");
  await box.ok("rmi busybox");
  await Promise.all(
    Array.from({ length: AT_ONCE }, () => box.ok(["load", "-i", archive])),
  );
  equal(await box.ok("images -q --no-trunc"), id);
  deepEqual(storeLeftovers(box.root), []);
});
