/** Images that come from a registry on this machine, and go there. */

import { type TestRegistry, withRegistry } from "../../../tests/e2e/harness/registry.ts";
import {
  getBlob,
  getManifest,
  putBlob,
  putManifest,
} from "../../../tests/e2e/registry/documents.ts";
import { must } from "../../command.ts";
import { busyboxArchive, debianArchive } from "../fixtures.ts";
import type { Command, Fixture, RowGroup } from "../row.ts";

let registry: TestRegistry | undefined;

function host(): string {
  if (registry === undefined) throw new Error("the registry does not run");
  return registry.host;
}

/** An image of one layer, put there by skopeo. */
function stored(name: string, archive: Fixture): Fixture {
  return {
    async make(directory) {
      const target = `${host()}/${name}`;
      await must("skopeo", [
        ...["copy", "--quiet", "--dest-tls-verify=false"],
        ...[`docker-archive:${await archive.make(directory)}`, `docker://${target}`],
      ]);
      return target;
    },
  };
}

const debian = stored("debian:1", debianArchive), busybox = stored("busybox:1", busyboxArchive);

/** Debian with one more layer of 2 MB, which is busybox's. */
const extended: Fixture = {
  async make(directory) {
    for (const fixture of [debian, busybox]) {
      await fixture.make(await Deno.makeTempDir({ dir: directory }));
    }
    const describe = async (repository: string) => {
      const manifest = JSON.parse((await getManifest(host(), repository, "1")).text);
      const config = JSON.parse(await getBlob(host(), repository, manifest.config.digest));
      return { manifest, config };
    };
    const lower = await describe("debian"), upper = await describe("busybox");
    const blob = upper.manifest.layers[0].digest;
    const mounted = await fetch(
      `http://${host()}/v2/debian/blobs/uploads/?mount=${blob}&from=busybox`,
      { method: "POST" },
    );
    await mounted.body?.cancel();
    const { digest, size } = await putBlob(
      host(),
      "debian",
      JSON.stringify({
        ...lower.config,
        rootfs: {
          type: "layers",
          diff_ids: [...lower.config.rootfs.diff_ids, ...upper.config.rootfs.diff_ids],
        },
        history: [...lower.config.history, ...upper.config.history],
      }),
    );
    await putManifest(host(), "debian", "2", {
      ...lower.manifest,
      config: { ...lower.manifest.config, digest, size },
      layers: [...lower.manifest.layers, ...upper.manifest.layers],
    });
    return `${host()}/debian:2`;
  },
};

const pull: Command = ["pull", "--quiet", debian];
const remove: Command = ["rmi", debian];

export const registries: RowGroup = {
  async surround(use) {
    await withRegistry({}, async (running) => {
      registry = running;
      await use();
    });
  },
  rows: [
    {
      name: "pull Debian",
      unit: "ms",
      runs: 7,
      measured: pull,
      undo: [remove],
      floors: {
        "skopeo copy": [
          ...["sh", "-c", 'exec skopeo copy -q --src-tls-verify=false "docker://$1" "dir:$2"'],
          ...["sh", debian, { output: "image" }],
        ],
      },
    },
    {
      name: "pull Debian, one of two layers present",
      unit: "ms",
      runs: 7,
      before: [pull],
      measured: ["pull", "--quiet", extended],
      undo: [["rmi", extended]],
      after: [remove],
    },
    {
      name: "push Debian, all layers present",
      unit: "ms",
      runs: 7,
      before: [pull],
      measured: ["push", "--quiet", debian],
      after: [remove],
    },
  ],
};
