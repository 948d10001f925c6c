import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeImageArchive } from "../../../../tools/bench/image_archive.ts";
import { must } from "../../../../tools/command.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

Deno.test("an archive of images names configurations and layers by what is in them", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/scratch`);
    const images = ["a:1", "b:1"].map((name) => ({ name, layer: `${directory}/${name}` }));
    for (const { name, layer } of images) await Deno.writeTextFile(layer, name);
    await writeImageArchive(`${directory}/archive.tar`, images, `${directory}/scratch`);
    await must("tar", ["-xf", `${directory}/archive.tar`, "-C", directory]);
    const manifest = JSON.parse(await Deno.readTextFile(`${directory}/manifest.json`));
    assert.equal(manifest.length, 2);
    for (const [index, { Config, RepoTags, Layers }] of manifest.entries()) {
      const config = await Deno.readFile(`${directory}/${Config}`);
      assert.equal(Config, `${sha256(config)}.json`);
      assert.deepEqual(RepoTags, [images[index].name]);
      const layer = await Deno.readFile(`${directory}/${Layers[0]}`);
      assert.equal(new TextDecoder().decode(layer), images[index].name);
      const { rootfs } = JSON.parse(new TextDecoder().decode(config));
      assert.deepEqual(rootfs.diff_ids, [`sha256:${sha256(layer)}`]);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
