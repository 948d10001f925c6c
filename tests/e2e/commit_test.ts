/** Committing containers: the image shows what the container showed, and its layer says no more than what changed. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, eventually, withDockerd } from "./harness.ts";
import { entriesOf, manyKindsOfFiles } from "./trees.ts";

/** An image with directories that the script below changes in every way that overlayfs has a word for. */
const original = `
  mkdir /l; cd /l
  for name in tofile opaque emptied removed kept renamed tolink; do mkdir $name; for f in a b c; do echo $f > $name/$f; done; done
  mkdir -p nested/s/t; echo u > nested/s/t/u; echo v > nested/s/v
  echo file > todirectory; echo h > linked; ln linked linked2; mkfifo fifo; ln -s a link; touch -h -d '2001-02-03 04:05:06' link
  cp /bin/busybox setuid; chmod 4755 setuid; echo old > times; touch -d '2001-02-03 04:05:06' times kept/b
`;

const changes = `
  cd /l
  rm kept/a; chown 100000:3000000 kept/b; chmod 2755 kept; chmod 0 kept/c
  rm -r tofile; echo file > tofile
  rm todirectory; mkdir todirectory; echo in > todirectory/in
  rm -r opaque; mkdir opaque; echo n > opaque/n; echo a2 > opaque/a
  rm -r emptied; mkdir emptied
  rm -r nested/s; mkdir -p nested/s/t; echo new > nested/s/t/new
  rm -r removed; mv renamed/a renamed/d; rm -r tolink; ln -s kept tolink
  ln linked linked3; echo more >> linked2; rm fifo; echo now > fifo; ln -sf b link
  echo >> setuid; chmod 4755 setuid; touch -d '1999-12-31 23:59:59' times
`;

const asDockerDoes = `
C /l
C /l/emptied
D /l/emptied/a
D /l/emptied/b
D /l/emptied/c
C /l/fifo
C /l/kept
D /l/kept/a
C /l/kept/b
C /l/kept/c
C /l/link
C /l/linked2
A /l/linked3
C /l/nested
C /l/nested/s
C /l/nested/s/t
A /l/nested/s/t/new
D /l/nested/s/t/u
D /l/nested/s/v
C /l/opaque
C /l/opaque/a
D /l/opaque/b
D /l/opaque/c
A /l/opaque/n
D /l/removed
C /l/renamed
D /l/renamed/a
A /l/renamed/d
C /l/setuid
C /l/times
C /l/todirectory
A /l/todirectory/in
C /l/tofile
C /l/tolink
`.trim().split("\n");

async function runScript(box: Box, name: string, image: string, script: string): Promise<void> {
  await box.ok(["run", "--name", name, image, "sh", "-ec", script]);
}

/** What a container shows, without what box lays over each image anew. */
async function contentOf(box: Box, container: string): Promise<string[]> {
  const { stdoutBytes } = await box.run(["export", container]);
  return withoutOwn(await entriesOf(stdoutBytes, "details"));
}

function withoutOwn(entries: string[]): string[] {
  return entries.filter((line) => !/ (\.dockerenv$|(dev|etc|proc|sys)\/)/.test(line));
}

boxTest("an image shows what the committed container showed", async (box) => {
  await box.busybox();
  await runScript(box, "first", "busybox", original + manyKindsOfFiles);
  await box.ok("commit first first");
  await runScript(box, "second", "first", changes);
  deepEqual((await box.ok("diff second")).split("\n"), asDockerDoes);
  await box.ok("commit second second");
  await box.ok("create --name third second true");
  const content = await contentOf(box, "second");
  ok(content.length > 300, `${content.length} entries`);
  deepEqual(await contentOf(box, "third"), content);

  // The same through an archive, which has whiteouts in another form.
  await box.ok("save -o saved.tar second");
  await box.ok("rm first second third");
  await box.ok("rmi second first");
  await box.ok("load -i saved.tar");
  await box.ok("create --name third second true");
  deepEqual(await contentOf(box, "third"), content);

  await withDockerd(box.root, async (docker) => {
    await docker.ok("create --network none --name fourth second true");
    const { stdoutBytes } = await docker.run("export fourth");
    deepEqual(withoutOwn(await entriesOf(stdoutBytes, "details")), content);
    await docker.ok("rm fourth");
  });
});

boxTest("docker says the same of what a container changed", async (box) => {
  await box.busybox();
  await runScript(box, "first", "busybox", original);
  await box.ok("commit first first");
  await runScript(box, "second", "first", changes);
  await withDockerd(box.root, async (docker) => {
    deepEqual((await docker.ok("diff second")).split("\n").sort(), asDockerDoes.toSorted());
  });
});

boxTest("attributes and capabilities are committed", async (box) => {
  await box.busybox();
  await runScript(box, "first", "busybox", "echo tool > /tool; chmod 755 /tool");
  const [tool] = await upperFiles(box, "first", "tool");
  const setfattr = (name: string, value: string) =>
    new Deno.Command("setfattr", { args: ["-n", name, "-v", value, tool] }).output();
  const capability = "0x0100000200200000000000000000000000000000"; // cap_net_raw+ep
  await setfattr("security.capability", capability);
  await setfattr("user.note", "kept");
  await setfattr("trusted.private", "not kept");
  await box.ok("commit first image");
  await box.ok("create --name second image true");
  const { stdoutBytes } = await box.run("export second");
  const records = new TextDecoder("latin1").decode(stdoutBytes)
    .match(/SCHILY\.xattr\.[a-z.]+=/g)?.sort();
  deepEqual(records, ["SCHILY.xattr.security.capability=", "SCHILY.xattr.user.note="]);
});

/** Paths on the host of files in a container's own layer. */
async function upperFiles(box: Box, container: string, ...names: string[]): Promise<string[]> {
  const upper = await box.ok(["inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", container]);
  return names.map((name) => `${upper}/${name}`);
}

boxTest("what is said of an image is kept in it", async (box) => {
  await box.busybox();
  await runScript(box, "made", "busybox", "echo > /new");
  const id = await box.ok([
    "commit",
    "--author",
    "Me <me@example.com>",
    "-m",
    "a message",
    "-c",
    'CMD ["cat", "/new"]',
    "--change",
    "EXPOSE 80",
    "made",
    "image:1",
  ]);
  match(id, /^sha256:[a-f0-9]{64}$/);
  equal(await box.ok(["images", "-q", "--no-trunc", "image"]), id);
  const format =
    "{{.Author}}|{{.Comment}}|{{.Config.Cmd}}|{{.Config.ExposedPorts}}|{{.Container}}" +
    "|{{len .RootFS.Layers}}|{{.Parent}}";
  const [container, parent] = [
    await box.ok("inspect -f {{.Id}} made"),
    await box.ok("images -q --no-trunc busybox"),
  ];
  equal(
    await box.ok(["inspect", "-f", format, id]),
    `Me <me@example.com>|a message|[cat /new]|map[80/tcp:{}]|${container}|2|${parent}`,
  );
  const history = await box.ok([
    "history",
    "--no-trunc",
    "--format",
    "{{.CreatedBy}}|{{.Comment}}",
    id,
  ]);
  equal(history.split("\n")[0], "sh -ec echo > /new|a message");
});

boxTest("a container that changed nothing adds no layer", async (box) => {
  await box.busybox();
  await box.ok("create --name same busybox true");
  await box.ok("commit same image");
  equal(
    await box.ok("inspect -f {{.RootFS.Layers}} image"),
    await box.ok("inspect -f {{.RootFS.Layers}} busybox"),
  );
});

boxTest("what cannot be committed is refused in docker's words", async (box) => {
  await box.busybox();
  await box.ok("create --name made busybox true");
  const id = await box.ok("images -q --no-trunc busybox");
  const daemon = "Error response from daemon:";
  const table: [args: string[], message: string][] = [
    [["nosuch"], `${daemon} No such container: nosuch`],
    [["made", "BAD"], "invalid reference format: repository name must be lowercase"],
    [["nosuch", "a:b:c"], "invalid reference format"],
    [["made", `image@${id}`], "refusing to create a tag with a digest reference"],
    [["-c", "RUN x", "made"], `${daemon} run is not a valid change command`],
  ];
  for (const [args, message] of table) {
    const { code, stderr } = await box.run(["commit", ...args]);
    deepEqual([code, stderr], [1, `${message}\n`]);
  }
  await box.fail("commit", 1, /^"box commit" requires at least 1 and at most 2 arguments\.\n/);
});

/** Lines of /a and /z in an image: its container wrote them in turn. */
async function linesOf(box: Box, image: string): Promise<[number, number]> {
  const counts = (await box.ok(["run", "--rm", image, "wc", "-l", "/a", "/z"]))
    .split("\n").map((line) => parseInt(line.trim()));
  return [counts[0], counts[1]];
}

boxTest(
  "a running container stands still while it is committed, and goes on afterwards",
  async (box) => {
    await box.busybox();
    const fill = "dd if=/dev/urandom of=/ballast bs=1M count=30 2>/dev/null";
    // They are read in this order: if it did not stand still, z would be ahead by all that was written meanwhile.
    const script =
      `${fill}; echo > /a; echo > /z; echo ready; while :; do echo x >> /a; echo x >> /z; done`;
    const live = box.spawn(["run", "--init", "--name", "live", "busybox", "sh", "-c", script]);
    await live.waitFor("ready");
    for (const image of ["one", "two"]) {
      await box.ok(["commit", "live", image]);
      const [a, z] = await linesOf(box, image);
      ok(a === z || a === z + 1, `${a} and ${z} lines`);
    }
    const [first] = await linesOf(box, "one"), [second] = await linesOf(box, "two");
    ok(second > first, `${second} lines after ${first}`);
    await box.ok("commit --pause=false live three");
    await eventually("it goes on", async () => {
      await box.ok("commit live four");
      return (await linesOf(box, "four"))[0] > second;
    });
  },
);

boxTest("a commit that is killed does not leave the container standing still", async (box) => {
  await box.busybox();
  const fill = "dd if=/dev/zero of=/ballast bs=1M count=200 2>/dev/null";
  const script = `${fill}; echo ready; while :; do echo x; sleep 0.1; done`;
  const live = box.spawn(["run", "--init", "--name", "live", "busybox", "sh", "-c", script]);
  await live.waitFor("ready");
  const commit = box.spawn("commit live image");
  await eventually("the layer is being made", () => {
    const inProgress = [...Deno.readDirSync(`${box.root}/image/overlay2/layerdb/tmp`)];
    return inProgress.some(({ name }) => name.startsWith("write-set-"));
  });
  commit.kill("SIGKILL");
  await commit.wait();
  const written = live.stdout.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  equal(live.stdout.length, written, "it still stands still");
  await box.ok("create --name other busybox true");
  await eventually("it goes on", () => live.stdout.length > written);
});
