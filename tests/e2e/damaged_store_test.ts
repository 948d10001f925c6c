/** Files of the store that are cut off, are no JSON, or hold something else: whoever needs one says which it is. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, onlyLine, refuses } from "./harness.ts";

/** A store with two images, each with a container made of it. */
class Store {
  private constructor(readonly box: Box, readonly ids: Ids) {}

  static async make(box: Box): Promise<Store> {
    await box.busybox();
    await box.ok(["run", "--name", "base", "busybox", "sh", "-c", "echo mine > /mine"]);
    await box.ok("commit base victim:1");
    await box.ok("rm base");
    await box.ok(["create", "--name", "victim", "victim:1", "cat", "/mine"]);
    await box.ok(["create", "--name", "sane", "busybox", "echo", "sane"]);
    const container = await box.ok("inspect -f {{.Id}} victim");
    const image = (await box.ok("inspect -f {{.Id}} victim:1")).slice("sha256:".length);
    const mounts = `${box.root}/image/overlay2/layerdb/mounts/${container}`;
    const layer = (await Deno.readTextFile(`${mounts}/parent`)).slice("sha256:".length);
    return new Store(box, { container, image, layer });
  }

  path(file: string): string {
    const { container, image, layer } = this.ids;
    const named = file.replace("CONTAINER", container).replace("IMAGE", image).replace(
      "LAYER",
      layer,
    );
    return `${this.box.root}/${named}`;
  }

  /** Puts something else into a file for as long as the test of it takes; `undefined`: there is none. */
  async damage(file: string, content: string | undefined, test: () => Promise<void>) {
    const path = this.path(file), saved = `${this.box.temp}/saved`;
    await Deno.rename(path, saved);
    try {
      if (content !== undefined) await Deno.writeTextFile(path, content, { mode: 0o600 });
      await test();
    } finally {
      await Deno.rename(saved, path);
    }
  }

  /** Asserts that these commands refuse, and that their line names the file. */
  async assertNamed(file: string, commands: readonly string[]): Promise<void> {
    const name = this.path(file).slice(this.box.root.length + 1);
    for (const command of commands) {
      await refuses(this.box, command, {
        damaged: true,
        code: command.startsWith("run") ? 125 : 1,
        stdout: command.startsWith("inspect") ? "[]\n" : "",
        message: new RegExp(`STORE/${name.replaceAll(".", "\\.")}[ :]`),
      });
    }
  }

  /** Asserts that these commands work, and finish what they begin. */
  async assertWorking(commands: readonly string[]): Promise<void> {
    for (const command of commands) await this.box.ok(command);
    for (const directory of ["tmp", "image/overlay2/layerdb/tmp"]) {
      deepEqual([...Deno.readDirSync(`${this.box.root}/${directory}`)], []);
    }
  }

  /** Asserts that a list has the rest, and says what is missing. */
  async assertListed(command: string, rest: string[], file: string): Promise<void> {
    const { code, stdout, stderr } = await this.box.run(command);
    deepEqual([code, stdout.trim().split("\n")], [0, rest]);
    match(onlyLine(stderr), /^WARNING: /);
    equal(stderr.includes(`${this.path(file)} `), true, stderr);
  }
}

interface Ids {
  readonly container: string;
  readonly image: string;
  readonly layer: string;
}

/** What is no JSON, and JSON of something else. */
const noJson = ["", '{"ID":"'];
const otherJson = ["null", '{"State":{},"Config":{},"Repositories":{"a":1},"rootfs":7}'];

const containers = ["ps", "-a", "--format", "{{.Names}}"].join(" ");
const images = ["images", "--format", "{{.Repository}}"].join(" ");

boxTest("a damaged config.v2.json: the container is named, the others are there", async (box) => {
  const store = await Store.make(box), file = "containers/CONTAINER/config.v2.json";
  const { container } = store.ids, start = container.slice(0, 12);
  const needing = ["start -a", "rm", "commit", "export", "inspect"];
  for (const content of [...noJson, ...otherJson, undefined]) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, needing.map((command) => `${command} ${start}`));
      await store.assertNamed(file, [`cp ${start}:/mine -`]);
      await store.assertListed(containers, ["sane"], file);
      await store.assertWorking(["run --rm busybox true", "start -a sane", images, "inspect sane"]);
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
  equal(await box.ok(containers), "sane");
});

boxTest("a damaged hostconfig.json: the container cannot start, but go", async (box) => {
  const store = await Store.make(box), file = "containers/CONTAINER/hostconfig.json";
  for (const content of [...noJson, ...otherJson, undefined]) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, ["start -a victim", "inspect victim"]);
      await store.assertWorking([containers, "diff victim", "run --rm busybox true"]);
    });
  }
  await Deno.remove(store.path(file));
  await store.assertWorking(["rm victim"]);
});

boxTest("a damaged repositories.json: images have no names, containers work", async (box) => {
  const store = await Store.make(box), file = "image/overlay2/repositories.json";
  const archive = `${box.temp}/saved.tar`, empty = `${box.temp}/empty.tar`;
  await box.ok(["save", "-o", archive, "busybox"]);
  await Deno.writeFile(empty, new Uint8Array(1024));
  const { image } = store.ids;
  for (const content of [...noJson, "[]", '{"Repositories":7}', '{"Repositories":{"a":1}}']) {
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
      await store.assertListed(containers, ["sane", "victim"], file);
      await store.assertWorking(["start -a victim", "diff victim", "inspect victim"]);
      await store.assertWorking([`run --rm ${image} true`]);
    });
  }
});

boxTest(
  "a damaged image: the others are there, and it can be removed, or loaded again",
  async (box) => {
    const store = await Store.make(box), file = "image/overlay2/imagedb/content/sha256/IMAGE";
    const archive = `${box.temp}/saved.tar`;
    await box.ok(["save", "-o", archive, "victim:1"]);
    for (const content of [...noJson, ...otherJson]) {
      await store.damage(file, content, async () => {
        await store.assertNamed(file, [
          "run --rm victim:1",
          "history victim:1",
          "commit victim new",
        ]);
        await store.assertListed(images, ["busybox"], file);
        await store.assertWorking(["run --rm busybox true", "start -a victim", containers]);
        await store.assertWorking(["tag busybox removed", "rmi removed"]);
      });
    }
    await Deno.writeTextFile(store.path(file), "");
    await store.assertWorking([`load -q -i ${archive}`]);
    equal(await box.ok("run --rm victim:1 cat /mine"), "mine");

    await Deno.writeTextFile(store.path(file), "");
    await store.assertWorking(["rm victim", "rmi victim:1"]);
    equal(await box.ok(images), "busybox");
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
    for (const content of contents) {
      const file = `${layer}/${name}`;
      await store.damage(file, content, async () => {
        await store.assertNamed(file, ["history victim:1", "save victim:1"]);
        await store.assertWorking(["run --rm busybox true", "ps -a", "images"]);
        await store.assertWorking(["tag busybox removed", "rmi removed"]);
      });
    }
  }
  await store.damage(`${layer}/parent`, `sha256:${store.ids.layer}`, async () => {
    const { code, stderr } = await box.run("ps -as", { timeout: 20_000 });
    deepEqual([code, stderr.includes(`${store.path(layer)} is a layer below itself`)], [0, true]);
  });
  for (const content of ["", "not compressed", undefined]) {
    await store.damage(`${layer}/tar-split.json.gz`, content, async () => {
      const { code, stderr } = await box.run(["save", "-o", `${box.temp}/x`, "victim:1"]);
      equal(code, 1);
      match(onlyLine(stderr), new RegExp(`${store.ids.layer}.*tar-split\\.json\\.gz`));
      await store.assertWorking(["run --rm victim:1 cat /mine"]);
    });
  }
});

boxTest("a damaged note of a container's layer is named", async (box) => {
  const store = await Store.make(box);
  const file = "image/overlay2/layerdb/mounts/CONTAINER/mount-id";
  for (const content of ["", "../..", "a/b", undefined]) {
    await store.damage(file, content, async () => {
      await store.assertNamed(file, ["start -a victim", "diff victim", "inspect victim"]);
      await store.assertWorking([containers, "start -a sane"]);
    });
  }
});

boxTest("the index of names is an index only", async (box) => {
  const store = await Store.make(box), link = `${box.root}/names/victim`;
  const sane = await box.ok("inspect -f {{.Id}} sane");
  for (const target of ["nonsense", "../../..", sane, "0".repeat(64), undefined]) {
    await Deno.remove(link);
    if (target !== undefined) await Deno.symlink(target, link);
    equal(await box.ok("inspect -f {{.Id}} victim"), store.ids.container);
    match(
      await box.fail("create --name victim busybox true", 1, /already in use by container/),
      new RegExp(`"${store.ids.container}"`),
    );
    await box.ok("rename victim other");
    await box.ok("rename other victim");
    equal(await Deno.readLink(link), store.ids.container);
  }
});
