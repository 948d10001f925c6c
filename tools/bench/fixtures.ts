/** What the rows work on. */

import { busyboxTar, debianTar } from "../../tests/e2e/harness/fixtures.ts";
import { must } from "../command.ts";
import { findCompiler } from "../compile/executable.ts";
import { type ArchivedImage, writeImageArchive } from "./image_archive.ts";
import type { Fixture } from "./row.ts";

/** A root file system of 2 MB. */
export const busybox: Fixture = { make: busyboxTar };

/** A root file system of about 170 MB and 8,700 entries. */
export const debian: Fixture = { make: debianTar };

/** The same, unpacked. */
export const debianTree: Fixture = {
  async make(directory) {
    const tree = `${directory}/tree`;
    await Deno.mkdir(tree);
    await must("tar", ["--extract", "--file", await debianTar(), "--directory", tree]);
    return tree;
  },
};

/** The image debian:latest of that root file system. */
export const debianArchive: Fixture = {
  make: async (directory) =>
    await imageArchive(directory, [{ name: "debian:latest", layer: await debianTar() }]),
};

/** The image busybox:latest. */
export const busyboxArchive: Fixture = {
  make: async (directory) =>
    await imageArchive(directory, [{ name: "busybox:latest", layer: await busyboxTar() }]),
};

/** A layer of a single file of 1 GB. */
export const largeLayer: Fixture = {
  async make(directory) {
    const file = `${directory}/large`;
    await must("dd", ["if=/dev/urandom", `of=${file}`, "bs=1M", "count=1000", "status=none"]);
    const layer = await archive(file);
    await Deno.remove(file);
    return layer;
  },
};

/** The image large:latest of that layer. */
export const largeArchive: Fixture = {
  make: async (directory) =>
    await imageArchive(directory, [
      { name: "large:latest", layer: await largeLayer.make(directory) },
    ]),
};

/** So many images, each with a layer of its own that is a small file. */
export function manyImages(count: number): Fixture {
  return {
    async make(directory) {
      const images: ArchivedImage[] = [];
      for (let number = 0; number < count; number++) {
        const file = `${directory}/${number}`;
        await Deno.writeTextFile(file, `${number}\n`);
        images.push({ name: `many:${number}`, layer: await archive(file) });
      }
      return await imageArchive(directory, images);
    },
  };
}

/** A bundle for OCI runtimes: busybox, doing nothing. */
export function bundle(network: "none" | "host"): Fixture {
  return {
    async make(directory) {
      const rootfs = `${directory}/rootfs`;
      await Deno.mkdir(rootfs);
      await must("tar", ["--extract", "--file", await busyboxTar(), "--directory", rootfs]);
      await must("crun", ["spec"], { cwd: directory });
      const config = JSON.parse(await Deno.readTextFile(`${directory}/config.json`));
      config.process.args = ["true"];
      config.process.terminal = false;
      if (network === "host") {
        config.linux.namespaces = config.linux.namespaces
          .filter(({ type }: { type: string }) => type !== "network");
      }
      await Deno.writeTextFile(`${directory}/config.json`, JSON.stringify(config));
      return directory;
    },
  };
}

/** A compiled program that does nothing: the least that a compiled box can take. */
export const emptyProgram: Fixture = {
  async make(directory) {
    const module = `${directory}/empty.js`;
    await Deno.writeTextFile(module, "");
    const compiler = await findCompiler(() => {});
    await compiler.compile(module, `${directory}/empty`);
    return `${directory}/empty`;
  },
};

/** An archive of one file, beside it. */
async function archive(file: string): Promise<string> {
  const [, directory, name] = file.match(/^(.*)\/(.*)$/)!;
  const output = `${file}.tar`;
  await must("tar", ["--create", "--file", output, "--directory", directory, name]);
  return output;
}

async function imageArchive(directory: string, images: ArchivedImage[]): Promise<string> {
  const scratch = `${directory}/archive`, output = `${directory}/images.tar`;
  await Deno.mkdir(scratch);
  await writeImageArchive(output, images, scratch);
  return output;
}

/** Paths of fixtures. Each is made once, in a directory of its own below `directory`. */
export class FixtureShelf {
  readonly #paths = new Map<Fixture, Promise<string>>();

  constructor(private readonly directory: string) {}

  locate(fixture: Fixture): Promise<string> {
    let path = this.#paths.get(fixture);
    if (path === undefined) {
      path = this.#make(fixture);
      this.#paths.set(fixture, path);
    }
    return path;
  }

  async #make(fixture: Fixture): Promise<string> {
    return await fixture.make(await Deno.makeTempDir({ dir: this.directory, prefix: "fixture-" }));
  }
}
