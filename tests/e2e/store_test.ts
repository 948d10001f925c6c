/**
 * What articles about docker show below /var/lib/docker can be seen in a store of box's: with ls, cat, sha256sum and mount,
 * by the same names, with the same content and permissions.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  assertSameTree,
  type Box,
  boxTest,
  busyboxTar,
  layerDirectories,
  mergedDirectory,
  storeLeftovers,
  withDockerd,
} from "./harness.ts";
import {
  chainIdsOf,
  diffIdsOf,
  idOf,
  listStore,
  namesOfIds,
  parseListing,
  populate,
  readStore,
  sha256,
} from "./store/sample.ts";

const layerdb = "image/overlay2/layerdb", imagedb = "image/overlay2/imagedb";

/** What dockerd 20.10 left behind; the next test makes sure. */
const recorded = parseListing(
  Deno.readTextFileSync(new URL("store/listing.txt", import.meta.url)),
);

boxTest("every file of the store has docker's name and permissions", async (box) => {
  await populate(box);
  assertSameTree(await listStore(box.root, await namesOfIds(box, box.root)), recorded);
});

boxTest("dockerd lays out its store like that, and writes the same into its files", async (box) => {
  const root = `${box.temp}/docker`;
  await withDockerd(root, async (docker) => {
    await populate(docker);
    const names = await namesOfIds(docker, root);
    assertSameTree(await listStore(root, names), recorded);
    const files = await readStore(root, names);
    await docker.ok("rm -f running");
    await populate(box);
    assertSameTree(await readStore(box.root, await namesOfIds(box, box.root)), files);
  });
});

boxTest("chain ids, directories, links and sizes of layers fit together", async (box) => {
  await populate(box);
  const read = reader(box);
  const chain = await chainIdsOf(box, "com:1"), diffIds = await diffIdsOf(box, "com:1");
  const directories = await layerDirectories(box, "com:1");
  deepEqual(list(`${box.root}/${layerdb}/sha256`), chain.toSorted());
  for (const [index, id] of chain.entries()) {
    const layer = `${layerdb}/sha256/${id}`, cacheId = read(`${layer}/cache-id`);
    equal(directories[index], `${box.root}/overlay2/${cacheId}/diff`);
    equal(read(`${layer}/diff`), diffIds[index]);
    const size = await box.shell(
      `find ${
        directories[index]
      } -type f,l -printf '%s\\n' | awk '{ sum += $1 } END { print sum }'`,
    );
    equal(read(`${layer}/size`), size);
    const link = read(`overlay2/${cacheId}/link`);
    match(link, /^[A-Z2-7]{26}$/);
    equal(await Deno.readLink(`${box.root}/overlay2/l/${link}`), `../${cacheId}/diff`);
  }
  const [base, top] = chain.map((id) => read(`${layerdb}/sha256/${id}/cache-id`));
  equal(read(`${layerdb}/sha256/${chain[1]}/parent`), `sha256:${chain[0]}`);
  equal(read(`overlay2/${top}/lower`), `l/${read(`overlay2/${base}/link`)}`);
  deepEqual(list(directories[1]), ["bin", "d", "new", "tmp"]);

  const [busybox, com] = [await idOf(box, "busybox"), await idOf(box, "com:1")];
  deepEqual(JSON.parse(read("image/overlay2/repositories.json")), {
    Repositories: {
      busybox: { "busybox:latest": `sha256:${busybox}` },
      com: { "com:1": `sha256:${com}` },
    },
  });
  equal(sha256(read(`${imagedb}/content/sha256/${com}`)), com);
  equal(read(`${imagedb}/metadata/sha256/${com}/parent`), `sha256:${busybox}`);
});

function reader(box: Box): (path: string) => string {
  return (path) => Deno.readTextFileSync(`${box.root}/${path}`);
}

function list(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

boxTest("tar-split.json.gz holds what a layer's archive has besides its files", async (box) => {
  await box.busybox();
  const [chain] = await chainIdsOf(box, "busybox");
  const text = await box.shell(`zcat ${box.root}/${layerdb}/sha256/${chain}/tar-split.json.gz`);
  const lines = text.split("\n").map((line) => JSON.parse(line));
  deepEqual(lines.map(({ position }) => position), lines.map((_, index) => index));
  const busybox = lines.find(({ name }) => name === "./bin/busybox");
  equal(
    busybox.size,
    (await Deno.stat(`${(await layerDirectories(box, "busybox"))[0]}/bin/busybox`)).size,
  );
  const header = atob(lines[lines.indexOf(busybox) - 1].payload).slice(-512);
  match(header, /^\.\/bin\/busybox\0+0000755\0/);
});

boxTest("a container's root is mounted while it runs, as docker mounts it", async (box) => {
  await populate(box);
  const merged = await mergedDirectory(box, "running"), overlay = merged.replace(/\/merged$/, "");
  const lower = (await Deno.readTextFile(`${overlay}/lower`)).split(":")
    .map((link) => `${box.root}/overlay2/${link}`);
  equal(lower.length, 3, "the init layer and two of the image");
  const mounts = () => box.shell(`mount | grep "^overlay on ${box.root}/" || true`);
  equal(
    // Newer kernels say so when an overlay is mounted for the first time.
    (await mounts()).replace(",uuid=on", ""),
    `overlay on ${merged} type overlay (rw,relatime,lowerdir=${lower.join(":")},` +
      `upperdir=${overlay}/diff,workdir=${overlay}/work)`,
  );
  equal(await Deno.readTextFile(`${merged}/new`), "n\n");
  await Deno.writeTextFile(`${merged}/from-outside`, "seen inside\n");
  equal(await Deno.readTextFile(`${overlay}/diff/from-outside`), "seen inside\n");
  await box.ok("rm -f running");
  equal(await mounts(), "");
  for (const container of ["created", "exited"]) {
    ok(!exists(await mergedDirectory(box, container)), `${container} does not run`);
  }
});

boxTest("a container has its network files from its directory", async (box) => {
  await box.busybox();
  const names = ["hostname", "hosts", "resolv.conf"], paths = names.map((name) => `/etc/${name}`);
  const output = await box.ok([
    "run",
    "--name",
    "seen",
    "-h",
    "my.host",
    "busybox",
    "cat",
    ...paths,
  ]);
  const directory = `containers/${await idOf(box, "seen")}`, read = reader(box);
  equal(output + "\n", names.map((name) => read(`${directory}/${name}`)).join(""));
  equal(read(`${directory}/hostname`), "my.host\n");
  match(read(`${directory}/hosts`), /^127\.0\.0\.1\tlocalhost\n::1\tlocalhost ip6-localhost/);
  equal(read(`${directory}/resolv.conf`), Deno.readTextFileSync("/etc/resolv.conf"));
  const hash = sha256(read(`${directory}/resolv.conf`));
  equal(read(`${directory}/resolv.conf.hash`), `sha256:${hash}`);
});

boxTest("the init layer holds what box mounts on, and is never committed", async (box) => {
  await box.busybox();
  await box.ok("run --name one busybox touch /etc/new");
  const init = reader(box)(`${layerdb}/mounts/${await idOf(box, "one")}/init-id`);
  match(init, /^[0-9a-f]{64}-init$/);
  const listing = await box.shell(
    `find ${box.root}/overlay2/${init}/diff -mindepth 1 -printf '%M %P %l\\n' | sort -k 2`,
  );
  deepEqual(listing.split("\n").map((line) => line.trim()), [
    "-rwxr-xr-x .dockerenv",
    "drwxr-xr-x dev",
    "-rwxr-xr-x dev/console",
    "drwxr-xr-x dev/pts",
    "drwxr-xr-x dev/shm",
    "drwxr-xr-x etc",
    "-rwxr-xr-x etc/hostname",
    "-rwxr-xr-x etc/hosts",
    "lrwxrwxrwx etc/mtab /proc/mounts",
    "-rwxr-xr-x etc/resolv.conf",
  ]);
  await box.ok("commit one committed");
  const [, top] = await layerDirectories(box, "committed");
  equal(await box.shell(`cd ${top}; find . -type f`), "./etc/new");
});

/** Layers that docker lets an image have. */
const MAX_DEPTH = 125;

boxTest(
  "an image of as many layers as docker allows runs, and one more is refused",
  async (box) => {
    await box.ok(["load", "-i", await layeredArchive(box)]);
    equal((await chainIdsOf(box, "layered")).length, MAX_DEPTH);
    const full = box.spawn([
      "run",
      "--name",
      "full",
      "layered",
      "sh",
      "-c",
      "cd /layers; echo * > /all; cat /all; sleep 1000",
    ]);
    const [, numbers] = await full.waitFor(/(.*)\n/);
    equal(numbers.split(" ").length, MAX_DEPTH - 1);
    // Whole paths would be more than the page that mount(2) takes.
    const mounts = await box.shell(`mount | grep "^overlay on ${box.root}/"`);
    equal(mounts.match(/[=:]l\/[A-Z2-7]{26}/g)?.length, MAX_DEPTH + 1);
    await box.fail("commit full deeper", 1, /^Error response from daemon: max depth exceeded\n$/);
    deepEqual(storeLeftovers(box.root), []);
  },
);

/** An image of busybox with a file in each of the layers above it. */
async function layeredArchive(box: Box): Promise<string> {
  await box.shell(`
    mkdir -p image/layers; cd image
    cp ${await busyboxTar()} 1.tar
    for i in $(seq 2 ${MAX_DEPTH}); do echo $i > layers/$i; tar -cf $i.tar layers/$i; done
    rm -r layers
    tars=$(seq -f %g.tar ${MAX_DEPTH})
    cat > config.json <<END
      {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]}, "rootfs": {"type": "layers",
       "diff_ids": [$(sha256sum $tars | sed 's/\\(.*\\)  .*/"sha256:\\1"/' | paste -sd,)]}}
END
    cat > manifest.json <<END
      [{"Config": "config.json", "RepoTags": ["layered:latest"],
        "Layers": [$(printf '"%s"\\n' $tars | paste -sd,)]}]
END
    tar -cf ../layered.tar *`);
  return `${box.temp}/layered.tar`;
}

boxTest("a store may have a path that does not fit into the options of mount", async (box) => {
  const root = Array.from({ length: 15 }, (_, index) => `${index}, `.padEnd(200, "long:"));
  const other = box.otherStore(root.join("/"));
  await other.ok(["import", await busyboxTar(), "busybox"]);
  equal(await other.ok("run --name one busybox sh -c pwd"), "/");
  await other.ok("commit one again");
  equal(await other.ok("run --rm again pwd"), "/");
});

boxTest("a saved archive has docker's files in docker's form", async (box) => {
  await populate(box);
  await box.shell("box save com:1 busybox > saved.tar; mkdir saved; tar -xpf saved.tar -C saved");
  const saved = `${box.temp}/saved`,
    json = (path: string) => JSON.parse(Deno.readTextFileSync(`${saved}/${path}`));
  const [com, busybox] = json("manifest.json");
  const ids = { com: await idOf(box, "com:1"), busybox: await idOf(box, "busybox") };
  const directoriesOf = (image: { Layers: string[] }) =>
    image.Layers.map((path) => path.replace("/layer.tar", ""));
  const [base, top] = directoriesOf(com), diffIds = await diffIdsOf(box, "com:1");
  deepEqual(com, {
    Config: `${ids.com}.json`,
    RepoTags: ["com:1"],
    Layers: [`${base}/layer.tar`, `${top}/layer.tar`],
    Parent: `sha256:${ids.busybox}`,
  });
  deepEqual(busybox.RepoTags, ["busybox:latest"]);
  equal(json("repositories").com["1"], top);
  for (const [index, directory] of [base, top].entries()) {
    equal(`sha256:${sha256(Deno.readFileSync(`${saved}/${directory}/layer.tar`))}`, diffIds[index]);
    equal(Deno.readTextFileSync(`${saved}/${directory}/VERSION`), "1.0");
    equal(json(`${directory}/json`).id, directory);
    equal(json(`${directory}/json`).parent, [undefined, base][index]);
  }
  equal(sha256(Deno.readFileSync(`${saved}/${ids.com}.json`)), ids.com);
  deepEqual(await changedEntries(box, `${saved}/${top}/layer.tar`), [
    "drwxr-xr-x bin/",
    "-rw------- bin/.wh.yes",
    "drwxr-xr-x d/",
    "drwxr-xr-x d/e/",
    "-rw-r--r-- d/e/f",
    "-rw-r--r-- new",
    "drwx------ tmp/",
  ]);
  deepEqual(
    await box.shell("tar -tvf saved.tar manifest.json repositories | sed 's/ root.root *[0-9]*//'"),
    "-rw-r--r-- 1970-01-01 00:00 manifest.json\n-rw-r--r-- 1970-01-01 00:00 repositories",
  );
});

async function changedEntries(box: Box, layer: string): Promise<string[]> {
  const listing = await box.shell(`tar -tvf ${layer}`);
  return listing.split("\n").map((line) => `${line.slice(0, 10)} ${line.split(" ").at(-1)}`);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
