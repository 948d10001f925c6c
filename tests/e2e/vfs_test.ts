/** The storage driver that copies layers, for where overlays cannot be had. */
import { equal, match, ok } from "node:assert/strict";
import { assertTidy, type Box, boxTest, busyboxTar, run } from "./harness.ts";

const dockerfile = `FROM busybox
COPY a /a
RUN echo hi > /hi && rm /etc/group && mkdir /etc/x && ln /hi /hi2 && mkfifo -m 600 /fifo
WORKDIR /w/x
ADD added.tar /
RUN rm -rf /home && echo z > /home && chmod 700 /w && chown 7:8 /a && ln -s nowhere /link
RUN touch /etc/x/new && : > /etc/hosts
CMD ["cat", "/hi"]
`;

/** What a container does, and what was changed by it, with image ids and without. */
async function tour(box: Box, driver: string): Promise<string[]> {
  const env = {
    BOX_ROOT: `${box.temp}/${driver}`,
    BOX_STORAGE_DRIVER: driver,
    SOURCE_DATE_EPOCH: "1000000",
  };
  await box.ok(["load", "-i", `${box.temp}/busybox.tar`], { env });
  await box.ok(["build", "-q", "-t", "built", `${box.temp}/context`], { env });
  const seen = [await box.ok(["inspect", "-f", "{{.Id}} {{.RootFS.Layers}}", "built"], { env })];
  const change = "rm -r /w /a; echo 2 > /home; chmod 700 /etc; mkdir -p /n/m; echo x > /etc/hosts";
  await box.ok(["run", "--name", "changer", "built", "sh", "-c", change], { env });
  seen.push(await box.ok("diff changer", { env }));
  await box.ok("commit changer committed", { env });
  seen.push(await box.ok("run --rm committed ls -ln / /etc /n", { env }).then(withoutKernels));
  await box.ok(["cp", `${box.temp}/context/a`, "changer:/copied"], { env });
  await box.ok(["export", "-o", `${box.temp}/${driver}.tar`, "changer"], { env });
  seen.push((await run(["tar", "tf", `${box.temp}/${driver}.tar`])).stdout);
  await box.ok(["save", "-o", `${box.temp}/${driver}-saved.tar`, "built"], { env });
  await box.ok("rm changer", { env });
  await box.ok("rmi built committed busybox", { env });
  await box.ok("system prune -af", { env });
  assertTidy(env.BOX_ROOT);
  return seen;
}

/** Without times, blocks and counts of links, and the directories in whose place the kernel's are. */
function withoutKernels(listing: string): string {
  return listing.split("\n").filter((line) => !/^total| (proc|sys|dev)$/.test(line))
    .map((line) => line.replace(/ +\d+ (\d+ +\d+) +\d+ \w+ +\d+ +[\d:]+ /, " $1 ")).join("\n");
}

boxTest("vfs and overlay2 make the same images of the same Dockerfile", async (box) => {
  await box.busybox();
  await box.ok(["save", "-o", `${box.temp}/busybox.tar`, "busybox"]);
  const context = `${box.temp}/context`, hidden = `${box.temp}/added`;
  await Deno.mkdir(`${hidden}/etc`, { recursive: true });
  await Deno.writeTextFile(`${hidden}/etc/hosts`, "an archive may bring any file");
  equal((await run(["tar", "-C", hidden, "-cf", `${box.temp}/added.tar`, "etc"])).code, 0);
  await Deno.mkdir(context);
  await Deno.rename(`${box.temp}/added.tar`, `${context}/added.tar`);
  await Deno.writeTextFile(`${context}/a`, "a");
  await Deno.writeTextFile(`${context}/Dockerfile`, dockerfile);
  const copied = await tour(box, "vfs"), stacked = await tour(box, "overlay2");
  copied.forEach((text, i) => equal(text, stacked[i]));
});

boxTest("layers of vfs share their files, containers have their own", async (box) => {
  const env = { BOX_STORAGE_DRIVER: "vfs" };
  await box.ok(["import", await busyboxTar(), "busybox"], { env });
  // What has been made with a driver is found again without its being named.
  equal(await box.ok("info -f {{.Driver}}"), "vfs");
  await box.ok(["run", "--name", "one", "busybox", "sh", "-c", "echo changed >> /etc/passwd"]);
  await box.ok("commit one child");
  await box.ok(["run", "--name", "two", "child", "chmod", "700", "/etc/passwd"]);
  match(await box.ok("run --rm child tail -n 1 /etc/passwd"), /^changed$/);
  ok(!(await box.ok("run --rm busybox cat /etc/passwd")).includes("changed"));
  equal(await box.ok("diff two"), "C /etc\nC /etc/passwd");
  equal(await box.ok("inspect -f {{.GraphDriver.Name}} two"), "vfs");
  const trees = [...Deno.readDirSync(`${box.root}/vfs/dir`)].map(({ name }) =>
    Deno.statSync(`${box.root}/vfs/dir/${name}/bin/busybox`).ino
  );
  equal(trees.length, 6); // two layers, two containers with an init layer each
  equal(new Set(trees).size, 3);
});

boxTest("a driver that there is not is refused", async (box) => {
  await box.fail("--storage-driver aufs images", 1, /storage driver aufs: driver not supported/);
});
