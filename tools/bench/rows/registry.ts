/** Images that come from a registry on this machine, and go there. */

import { type TestRegistry, withRegistry } from "../../../tests/e2e/harness/registry.ts";
import {
  getBlob,
  getManifest,
  putBlob,
  putManifest,
} from "../../../tests/e2e/registry/documents.ts";
import { must } from "../../command.ts";
import { busyboxArchive, debianArchive, largeArchive } from "../fixtures.ts";
import type { Command, Fixture, Row, RowGroup } from "../row.ts";

let registry: TestRegistry | undefined;

function running(): TestRegistry {
  if (registry === undefined) throw new Error("the registry does not run");
  return registry;
}

/** An image of one layer, put there by skopeo. */
function stored(name: string, archive: Fixture): Fixture {
  return {
    async make(directory) {
      const target = `${running().host}/${name}`;
      await must("skopeo", [
        ...["copy", "--quiet", "--dest-tls-verify=false"],
        ...[`docker-archive:${await archive.make(directory)}`, `docker://${target}`],
      ]);
      return target;
    },
  };
}

const debian = stored("debian:1", debianArchive), busybox = stored("busybox:1", busyboxArchive);
const large = stored("large:1", largeArchive);

/** Debian with one more layer of 2 MB, which is busybox's. */
const extended: Fixture = {
  async make(directory) {
    for (const fixture of [debian, busybox]) {
      await fixture.make(await Deno.makeTempDir({ dir: directory }));
    }
    const { host } = running();
    const describe = async (repository: string) => {
      const manifest = JSON.parse((await getManifest(host, repository, "1")).text);
      const config = JSON.parse(await getBlob(host, repository, manifest.config.digest));
      return { manifest, config };
    };
    const lower = await describe("debian"), upper = await describe("busybox");
    const blob = upper.manifest.layers[0].digest;
    const mounted = await fetch(
      `http://${host}/v2/debian/blobs/uploads/?mount=${blob}&from=busybox`,
      { method: "POST" },
    );
    await mounted.body?.cancel();
    const { digest, size } = await putBlob(
      host,
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
    await putManifest(host, "debian", "2", {
      ...lower.manifest,
      config: { ...lower.manifest.config, digest, size },
      layers: [...lower.manifest.layers, ...upper.manifest.layers],
    });
    return `${host}/debian:2`;
  },
};

/** Makes the registry lose blobs of an image, wherever it has them; its manifest stays. */
function forget(
  repository: string,
  tag: string,
  choose: (manifest: { config: Blob; layers: Blob[] }) => Blob[],
): () => Promise<void> {
  return async () => {
    const { host, data } = running(), root = `${data}/docker/registry/v2`;
    const { text } = await getManifest(host, repository, tag);
    for (const { digest } of choose(JSON.parse(text))) {
      const hex = digest.slice("sha256:".length);
      const links = ["debian", "busybox", "large"].map((name) =>
        `${root}/repositories/${name}/_layers/sha256/${hex}`
      );
      await must("rm", ["-rf", `${root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`, ...links]);
    }
  };
}

interface Blob {
  readonly digest: string;
}

const forgetDebian = forget("debian", "1", ({ config, layers }) => [config, ...layers]);
const forgetSmallLayer = forget("debian", "2", ({ layers }) => layers.slice(-1));
const forgetLarge = forget("large", "1", ({ config, layers }) => [config, ...layers]);

const plainHttp = "--src-tls-verify=false";
const pull = (image: Fixture): Command => ["pull", "--quiet", image];
const push = (image: Fixture): Command => ["push", "--quiet", image];
const remove = (image: Fixture): Command => ["rmi", image];

/** skopeo, which takes an image from the registry as it is, and unpacks nothing. */
const copyFrom = (image: Fixture): Command => [
  ...["sh", "-c", `exec skopeo copy -q ${plainHttp} "docker://$1" "dir:$2"`],
  ...["sh", image, { output: "image" }],
];

/** skopeo, which compresses an archive on its way. */
const copyTo = (archive: Fixture, image: Fixture): Command => [
  ...["sh", "-c", 'exec skopeo copy -q --dest-tls-verify=false "docker-archive:$1" "docker://$2"'],
  ...["sh", archive, image],
];

const moments = { unit: "ms", runs: 7 } as const;

const times: readonly Row[] = [
  {
    name: "pull Debian",
    ...moments,
    measured: pull(debian),
    undo: [remove(debian)],
    floors: { "skopeo copy": copyFrom(debian) },
  },
  {
    name: "pull Debian, one of two layers present",
    ...moments,
    before: [pull(debian)],
    measured: pull(extended),
    undo: [remove(extended)],
    after: [remove(debian)],
  },
  {
    name: "push Debian, all layers present",
    ...moments,
    before: [pull(debian)],
    measured: push(debian),
    after: [remove(debian)],
  },
  {
    name: "push Debian, one of two layers missing",
    ...moments,
    before: [pull(extended)],
    arrange: forgetSmallLayer,
    measured: push(extended),
    after: [remove(extended)],
  },
  {
    name: "push Debian, all layers missing",
    ...moments,
    before: [pull(debian)],
    arrange: forgetDebian,
    measured: push(debian),
    after: [remove(debian)],
    floors: { "skopeo copy": copyTo(debianArchive, debian) },
  },
];

const memory = { unit: "MB", runs: 2 } as const;

const memoryRows: readonly Row[] = [
  {
    name: "memory of pull, a file of 1 GB",
    ...memory,
    measured: pull(large),
    undo: [remove(large)],
  },
  {
    name: "memory of push, a file of 1 GB",
    ...memory,
    before: [pull(large)],
    arrange: forgetLarge,
    measured: push(large),
    after: [remove(large)],
  },
];

export const registries: RowGroup = {
  async surround(use) {
    await withRegistry({}, async (running) => {
      registry = running;
      await use();
    });
  },
  rows: [...times, ...memoryRows],
};
