/** Images, archives and whole stores go back and forth between box and docker, podman, skopeo and umoci. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  assertSameTree,
  type Box,
  boxTest,
  busyboxTar,
  layerDirectories,
  makeOddFiles,
  mergedDirectory,
  needs,
  type Program,
  readTree,
  storeLeftovers,
  type Tree,
  withDockerd,
  withPodman,
} from "./harness.ts";

const attributes = ["getfattr", "setfattr", "setcap"].map(needs.program);

/** Makes odd:2, two layers with files of every kind, and returns what it prints when it runs. */
async function oddImage(box: Box): Promise<string> {
  await Deno.mkdir(`${box.temp}/odd`);
  await makeOddFiles(`${box.temp}/odd`);
  // docker cannot save a layer with a sparse file, and Go's tar drops an attribute without a value.
  await box.shell(`
    set -e
    rm odd/sparse; setfattr -x user.empty odd/described-directory
    tar -cf odd.tar --format=pax --xattrs --xattrs-include='*' odd
    cp ${await busyboxTar()} busybox.tar; tar -Af busybox.tar odd.tar
    box import busybox.tar odd:1
    box run --name made odd:1 sh -c '
      rm /bin/yes; rm -r /odd/directory; mkdir /odd/directory; echo new > /odd/directory/new; ln /odd/file /odd/file-too'
    box commit -c 'ENV WHO=odd' -c 'WORKDIR /odd' -c 'ENTRYPOINT ["sh", "-c"]' \\
      -c 'CMD ["echo $WHO; pwd; cat directory/new; ls -l setuid"]' -c 'LABEL a="b <&>"' made odd:2
    box rm made`);
  return await box.ok("run --rm odd:2");
}

const imageId = (engine: Program, name: string) => engine.ok(["inspect", "-f", "{{.Id}}", name]);

async function assertSameLayers(one: Program, other: Program, image: string): Promise<void> {
  const [ours, theirs] = await Promise.all(
    [one, other].map((engine) => layerDirectories(engine, image)),
  );
  equal(ours.length, theirs.length);
  for (const [index, layer] of ours.entries()) {
    assertSameTree(await readTree(layer), await readTree(theirs[index]));
  }
}

boxTest(
  "docker and box load, run and save what the other saved",
  { needs: attributes },
  async (box) => {
    const output = await oddImage(box), id = await imageId(box, "odd:2");
    await box.ok("save -o saved.tar odd:2");
    const other = box.otherStore("other");
    await withDockerd(`${box.temp}/docker`, async (docker) => {
      const inTemp = { cwd: box.temp };
      equal(await docker.ok("load -i saved.tar", inTemp), "Loaded image: odd:2");
      equal(await imageId(docker, "odd:2"), id);
      equal(await docker.ok("run --rm --network none odd:2"), output);
      await assertSameLayers(docker, box, "odd:2");
      await docker.ok("save -o docker.tar odd:2", inTemp);
      await assertContains(box, "saved.tar", "docker.tar");

      equal(await other.ok("load -i docker.tar"), "Loaded image: odd:2");
      equal(await imageId(other, "odd:2"), id);
      equal(await other.ok("run --rm odd:2"), output);
      await assertSameLayers(other, box, "odd:2");
      await other.shell("box save odd:2 | cmp - saved.tar");

      const changes = "rm -r /odd/a*; mkdir /odd/mine; ln -s x /odd/mine/link; chmod 700 /bin";
      await docker.ok(["run", "--name", "made", "--network", "none", "odd:2", changes]);
      await docker.ok("commit made odd:3");
      await docker.ok("save -o docker.tar odd:3", inTemp);
      await other.ok("load -i docker.tar");
      equal(await imageId(other, "odd:3"), await imageId(docker, "odd:3"));
      await assertSameLayers(other, docker, "odd:3");
      await other.ok("save -o saved.tar odd:3");
      await docker.shell("box rm made; box rmi odd:3; box load -i saved.tar", inTemp);
      equal(await imageId(other, "odd:3"), await imageId(docker, "odd:3"));
    });
  },
);

/** Every file of one archive is in another, too, with the same content. */
async function assertContains(box: Box, archive: string, part: string): Promise<void> {
  const list = async (name: string) => {
    const text = await box.shell(`
      mkdir ${name}.d; tar -xf ${name} -C ${name}.d; cd ${name}.d
      find . -type f -exec sha256sum {} + | grep -v '/manifest.json$' | sort`);
    return text.split("\n");
  };
  const lines = new Set(await list(archive));
  deepEqual((await list(part)).filter((line) => !lines.has(line)), []);
}

/** Made anew for each container: the init layer, and the times of the directories that it is in. */
const madeForContainers =
  /^(\.dockerenv|dev|dev\/(console|pts|shm)|etc|etc\/(hosts|hostname|resolv\.conf|mtab))$/;

boxTest("what box exports is what docker exports, and either imports it", {
  needs: attributes,
}, async (box) => {
  await oddImage(box);
  await box.ok("save -o saved.tar odd:2");
  await box.shell("set -e; box create --name one odd:2; box export one > boxs.tar");
  await withDockerd(`${box.temp}/docker`, async (docker) => {
    const inTemp = { cwd: box.temp };
    await docker.shell(
      `set -e
      box load -i saved.tar
      box create --network none --name one odd:2
      box export one > dockers.tar`,
      inTemp,
    );
    for (const engine of [box, docker]) {
      for (const name of ["boxs", "dockers"]) await engine.ok(`import ${name}.tar ${name}`, inTemp);
      const [boxs] = await layerDirectories(engine, "boxs");
      const [dockers] = await layerDirectories(engine, "dockers");
      // Of extended attributes docker only exports security.capability.
      const except = new RegExp(`${madeForContainers.source}|^odd/described`);
      assertSameTree(await readTree(boxs), await readTree(dockers), except);
      const cat = ["run", "--rm", "--network", "none", "boxs", "cat", "/odd/directory/new"];
      equal(await engine.ok(cat), "new");
    }
  });
});

/** Containers and images in lines that do not depend on the time of day, nor on the order of what is equally old. */
async function inventory(engine: Program): Promise<string[]> {
  const containers = ["ps", "-a", "--no-trunc", "--format"];
  const images = ["images", "-a", "--no-trunc", "--format"];
  const lists = await Promise.all([
    engine.ok([...containers, "{{.ID}} {{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Labels}}"]),
    engine.ok([...images, "{{.ID}} {{.Repository}}:{{.Tag}} {{.Size}}"]),
  ]);
  return lists.flatMap((list) => list.split("\n")).sort();
}

boxTest("dockerd works on a store of box's, then box again", { needs: attributes }, async (box) => {
  const output = await oddImage(box);
  await box.fail(["run", "--name", "exited", "odd:2", "echo one > /log; exit 3"], 3, /^$/);
  await box.ok(["create", "--name", "created", "odd:2", "echo two >> /log; cat /log"]);
  await box.ok("create --name unwanted odd:2");
  await box.ok("save -o saved.tar odd:2");
  const boxs = await inventory(box);
  let dockers: string[] = [];
  await withDockerd(box.root, async (docker) => {
    deepEqual(await inventory(docker), boxs);
    match(await docker.ok("ps -a -f name=exited"), /Exited \(3\)/);
    equal(await docker.ok("run --rm --network none odd:2"), output);
    equal(await docker.ok("start -a created"), "two");
    await docker.fail("start -a exited", 3, /^$/);
    equal(await docker.ok("rm unwanted"), "unwanted");
    await docker.ok("save -o docker.tar odd:2", { cwd: box.temp });
    await assertContains(box, "saved.tar", "docker.tar");
    await docker.ok("commit exited odd:3");
    await docker.ok("tag odd:1 base:latest");
    await docker.ok("rmi odd:1");
    const script = "echo three >> /log; cat /log; exit 4";
    await docker.fail(["run", "--network", "none", "--name", "dockers", "odd:3", script], 4, /^$/);
    dockers = await inventory(docker);
  });
  deepEqual(storeLeftovers(box.root), []);
  deepEqual(await inventory(box), dockers);
  equal(await box.ok("run --rm odd:2"), output);
  equal(await box.ok(["run", "--rm", "odd:3", "cat /log"]), "one");
  equal(await box.ok("start -a created"), "two\ntwo");
  const again = await box.run("start -a dockers");
  deepEqual([again.code, again.stdout], [4, "one\nthree\nthree\n"]);
  await box.ok("commit dockers odd:4");
  await box.ok("rm dockers exited");
  await box.ok("rmi odd:3");
  const afterwards = await inventory(box);
  await withDockerd(box.root, async (docker) => {
    deepEqual(await inventory(docker), afterwards);
    const cat = ["run", "--rm", "--network", "none", "odd:4", "cat /log"];
    equal(await docker.ok(cat), "one\nthree\nthree");
  });
});

boxTest("box works on a store of dockerd's, then dockerd again", async (box) => {
  const none = ["--network", "none", "--name"];
  let dockers: string[] = [];
  await withDockerd(box.root, async (docker) => {
    await docker.ok(["import", "-c", 'CMD ["sh"]', await busyboxTar(), "busybox:1"]);
    await docker.ok([
      "run",
      ...none,
      "wrote",
      "busybox:1",
      "sh",
      "-c",
      "echo docker > /by; rm /bin/yes",
    ]);
    await docker.ok("commit wrote busybox:2");
    await docker.ok(["create", ...none, "created", "-e", "A=b", "busybox:2", "cat", "/by"]);
    await docker.ok("create --name bridged busybox:2 true");
    await docker.ok(["run", "-d", ...none, "running", "busybox:2", "sleep", "1000"]);
    dockers = await inventory(docker);
    deepEqual(await inventory(box), dockers);
    await box.fail("rm running", 1, /You cannot remove a running container [0-9a-f]{64}\. Stop/);
    equal(await box.ok("run --rm busybox:2 cat /by"), "docker");
    equal(await docker.ok("exec running cat /by"), "docker");
    await docker.ok("rm -f running");
    dockers = await inventory(docker);
  });
  deepEqual(await inventory(box), dockers);
  equal(await box.ok("start -a created"), "docker");
  equal(await box.ok("start -a bridged"), "");
  await box.ok(["run", ...none, "boxs", "busybox:2", "sh", "-c", "echo box >> /by"]);
  await box.ok("commit boxs busybox:3");
  equal(await box.ok("rm wrote bridged"), "wrote\nbridged");
  match(await box.ok("rmi busybox:1"), /^Untagged: busybox:1$/);
  const boxs = await inventory(box);
  await withDockerd(box.root, async (docker) => {
    deepEqual(await inventory(docker), boxs);
    equal(await docker.ok("run --rm --network none busybox:3 cat /by"), "docker\nbox");
    equal(await docker.ok("start -a boxs"), "");
    equal(await docker.ok("rm boxs created"), "boxs\ncreated");
    match(
      await docker.ok("rmi busybox:2 busybox:3"),
      /^Untagged: busybox:2\nUntagged: busybox:3\nDeleted: /,
    );
  });
});

boxTest("podman and box load, run and save what the other saved", {
  needs: attributes,
}, async (box) => {
  const output = await oddImage(box), id = await imageId(box, "odd:2");
  await box.ok("save -o saved.tar odd:2");
  await withPodman(async (podman) => {
    const inTemp = { cwd: box.temp };
    const podmanId = (name: string) =>
      podman.ok(["image", "inspect", "-f", "sha256:{{.Id}}", name]);
    for (const transport of ["docker-archive", "oci-archive"]) {
      await podman.ok(`pull --quiet ${transport}:saved.tar`, inTemp);
      equal(await podmanId("odd:2"), id);
      equal(await podman.ok("run --rm odd:2"), output);
      await podman.ok("rmi odd:2");
    }
    await podman.ok("load -i saved.tar", inTemp);
    await podman.ok(["run", "--name", "made", "odd:2", "rm -r /odd/a*; echo podman > /by"]);
    await podman.ok("commit --quiet made localhost/podmans:1");
    for (const format of ["docker-archive", "oci-archive"]) {
      const other = box.otherStore(format);
      for (const name of ["odd:2", "localhost/podmans:1"]) {
        await podman.ok(`save --quiet --format ${format} -o ${format}.tar ${name}`, inTemp);
        equal(
          await other.shell(`box load -i ${format}.tar; rm ${format}.tar`),
          `Loaded image: ${name}`,
        );
      }
      equal(await imageId(other, "odd:2"), id);
      await assertSameLayers(other, box, "odd:2");
      equal(await other.ok("run --rm odd:2"), output);
      equal(await imageId(other, "localhost/podmans:1"), await podmanId("localhost/podmans:1"));
      equal(
        await other.ok(["run", "--rm", "localhost/podmans:1", "cat /by; echo /odd/a*"]),
        "podman\n/odd/a*",
      );
      const made = await podmanId("localhost/podmans:1");
      await other.ok("save -o back.tar localhost/podmans:1");
      await podman.ok("rmi localhost/podmans:1");
      await podman.ok("load -i back.tar", inTemp);
      equal(await podmanId("localhost/podmans:1"), made);
    }
  });
});

/** What a container of an odd image sees as its root. */
async function rootOf(engine: Program, image: string): Promise<Tree> {
  const container = engine.spawn(["run", "--name", "seen", image, "echo ready; exec sleep 1000"]);
  await container.waitFor("ready");
  const root = await readTree(await mergedDirectory(engine, "seen"));
  await engine.ok("rm -f seen");
  await container.wait();
  return root;
}

boxTest("skopeo and umoci read what box saves, and box what they make", {
  needs: [...attributes, needs.program("skopeo"), needs.program("umoci")],
}, async (box) => {
  await oddImage(box);
  const id = await imageId(box, "odd:2");
  const layers = JSON.parse(await box.ok(["inspect", "-f", "{{json .RootFS.Layers}}", "odd:2"]));
  await box.ok("save -o saved.tar odd:2");
  for (const transport of ["docker-archive", "oci-archive"]) {
    const inspect = async (option: string) =>
      JSON.parse(await box.shell(`skopeo inspect ${option} ${transport}:saved.tar`));
    const image = await inspect("");
    deepEqual([image.Layers, image.Labels], [layers, { a: "b <&>" }]);
    equal((await inspect("--raw")).config.digest, id);
  }
  await box.shell(`
    exec > umoci.log 2>&1
    set -e
    skopeo copy oci-archive:saved.tar oci:layout:odd
    umoci unpack --image layout:odd bundle`);
  const unpacked = `${box.temp}/bundle/rootfs`;
  assertSameTree(await readTree(unpacked), await rootOf(box, "odd:2"), madeForContainers);

  await box.shell(`
    exec > umoci.log 2>&1
    set -e
    rm bundle/rootfs/odd/file; rm -r bundle/rootfs/odd/a*; echo umoci > bundle/rootfs/by
    touch -d @1000000000 bundle/rootfs/by bundle/rootfs/odd # umoci rounds
    umoci repack --image layout:umocis bundle
    skopeo copy oci:layout:umocis docker-archive:docker.tar:umocis:1
    skopeo copy oci:layout:umocis oci-archive:gzip.tar:umocis:1
    skopeo copy --dest-compress-format zstd oci:layout:umocis oci-archive:zstd.tar:umocis:1`);
  const changed = await readTree(unpacked);
  for (const archive of ["docker", "gzip", "zstd"]) {
    const other = box.otherStore(archive);
    equal(await other.ok(`load -i ${archive}.tar`), "Loaded image: umocis:1");
    assertSameTree(await rootOf(other, "umocis:1"), changed, madeForContainers);
  }
});
