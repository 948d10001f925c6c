/** Nothing is lost: box is killed at random moments, and the next command finds a store that is whole. */
import { equal } from "node:assert/strict";
import { assertTidy, type Box, boxTest, busyboxTar } from "./harness.ts";

/** How often each command is killed; together some thirty times. */
const ROUNDS = Number(Deno.env.get("BOX_CRASH_ROUNDS") ?? 5);

/**
 * Starts a command again and again, and kills it after a time between 0 and what it takes whole. After each death the next
 * commands that write must leave the store without a trace of it.
 */
async function killAtRandom(
  box: Box,
  prepare: (round: number) => Promise<void>,
  command: (round: number) => string[],
  check: (round: number) => Promise<void>,
): Promise<void> {
  await prepare(0);
  const whole = await box.run(command(0));
  equal(whole.code, 0, whole.stderr);
  await check(0);
  for (let round = 1; round <= ROUNDS; round++) {
    await prepare(round);
    const process = box.spawn(command(round));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * whole.ms));
    process.kill("SIGKILL");
    await process.wait();
    await box.ok(["create", "--name", "sweeper", "keep", "true"]);
    await box.ok("rm sweeper");
    assertTidy(box.root);
    await check(round);
  }
}

/** Every image that is listed can be run, and every container that is listed can be started and removed. */
async function everythingWorks(box: Box): Promise<void> {
  for (const image of new Set(await lines(box, "images -q"))) {
    equal(await box.ok(["run", "--rm", image, "echo", "works"]), "works");
  }
  for (const id of await lines(box, "ps -aq")) await box.ok(["rm", id]);
}

async function lines(box: Box, command: string): Promise<string[]> {
  return (await box.ok(command)).split("\n").filter(Boolean);
}

async function keepOneImage(box: Box): Promise<void> {
  await box.ok(["import", await busyboxTar(), "keep"]);
}

boxTest("import survives being killed at any moment", async (box) => {
  await keepOneImage(box);
  const archive = await otherTar(box);
  await killAtRandom(
    box,
    async () => void await box.run("rmi -f victim"),
    () => ["import", archive, "victim"],
    () => everythingWorks(box),
  );
});

boxTest("load survives being killed at any moment", async (box) => {
  await keepOneImage(box);
  await box.ok(["import", await otherTar(box), "victim"]);
  const archive = `${box.temp}/saved.tar`;
  await box.ok(["save", "-o", archive, "victim"]);
  await killAtRandom(
    box,
    async () => void await box.run("rmi -f victim"),
    () => ["load", "-q", "-i", archive],
    () => everythingWorks(box),
  );
});

boxTest("commit and rmi survive being killed at any moment", async (box) => {
  await keepOneImage(box);
  const write = "mkdir /big; for i in $(seq 300); do echo $i > /big/$i; done; rm /bin/yes";
  await killAtRandom(
    box,
    async () => {
      await box.run("rm -f source");
      await box.ok(["run", "--name", "source", "keep", "sh", "-c", write]);
    },
    () => ["commit", "source", "victim"],
    async () => {
      await everythingWorks(box);
      await box.run("rmi -f victim");
    },
  );
  await killAtRandom(
    box,
    async () => {
      await box.ok(["run", "--name", "source", "keep", "sh", "-c", write]);
      await box.ok("commit source victim");
      await box.ok("rm source");
    },
    () => ["rmi", "-f", "victim"],
    () => everythingWorks(box),
  );
});

boxTest("run and rm survive being killed at any moment", async (box) => {
  await keepOneImage(box);
  await killAtRandom(
    box,
    async () => {},
    (round) => ["run", "--name", `r${round}`, "keep", "true"],
    () => everythingWorks(box),
  );
  await killAtRandom(
    box,
    async (round) => void await box.ok(["create", "--name", `r${round}`, "keep", "true"]),
    (round) => ["rm", `r${round}`],
    () => everythingWorks(box),
  );
});

/** A root file system with a few hundred files more, so that there are moments to be killed at. */
async function otherTar(box: Box): Promise<string> {
  const root = `${box.temp}/other`, archive = `${box.temp}/other.tar`;
  await Deno.mkdir(root);
  await box.shell(`
    tar -x -C ${root} -f ${await busyboxTar()}
    mkdir ${root}/many
    for i in $(seq 400); do echo $i > ${root}/many/$i; done
    tar -c -C ${root} -f ${archive} .`);
  return archive;
}
