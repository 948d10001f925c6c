/** The check for leftovers: docker's own store has none, and what is left on purpose is found. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  boxTest,
  busyboxTar,
  needs,
  run,
  storeLeftovers,
  testWith,
  withDockerd,
} from "./harness.ts";
import { Box } from "./harness/box.ts";

boxTest("nothing in a store that dockerd wrote is a leftover", async (box) => {
  const archive = await busyboxTar();
  await withDockerd(box.root, async (docker) => {
    await docker.ok(["import", archive, "busybox"]);
    equal(await docker.ok("run --network none --name ran busybox echo hello"), "hello");
    await docker.ok("commit ran committed");
    deepEqual(storeLeftovers(box.root), []);
    await docker.ok("rm ran");
    await docker.ok("rmi committed");
    deepEqual(storeLeftovers(box.root), []);
  });
});

testWith([needs.root], "what a test leaves behind is found and removed", async () => {
  const box = await Box.create();
  await Deno.mkdir(`${box.root}/tmp/layer`, { recursive: true });
  const mountPoint = `${box.temp}/a mount`;
  await Deno.mkdir(mountPoint);
  await run(["mount", "-t", "tmpfs", "tmpfs", mountPoint]);
  const process = new Deno.Command("sleep", { args: ["60"], cwd: box.root }).spawn();
  let leftovers: string[];
  try {
    leftovers = await box.finish();
  } finally {
    await box.remove();
  }
  equal((await process.status).signal, "SIGKILL");
  await rejects(Deno.stat(box.root), Deno.errors.NotFound);
  deepEqual(leftovers.map((line) => line.replace(/ \(.*/, "")), [
    `mount ${mountPoint}`,
    `process ${process.pid}`,
    "tmp/layer was left behind",
  ]);
});
