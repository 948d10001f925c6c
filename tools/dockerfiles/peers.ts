/** Those that box is held against, as far as they are installed. */

import type { Builder } from "../../tests/build_table/run_group.ts";
import type { Peer } from "../../tests/build_table/types.ts";
import { withDockerd } from "../../tests/e2e/harness/dockerd.ts";
import { withPodman } from "../../tests/e2e/harness/podman.ts";
import type { Program } from "../../tests/e2e/harness/program.ts";
import { Skip } from "../../tests/e2e/harness/skip.ts";
import { BuildahBuilder } from "./buildah.ts";
import { DockerBuilder } from "./docker.ts";

export type Peers = Partial<Record<Peer, Builder>>;

const BASE = "busybox";

/** Starts them with a root file system as their only image, and stops them afterwards. */
export async function withPeers(
  directory: string,
  archive: string,
  use: (peers: Peers) => Promise<void>,
): Promise<void> {
  const dataRoot = `${directory}/docker`;
  await unlessSkipped(
    (use) => withDockerd(dataRoot, use),
    async (docker) => {
      const peers: Peers = {};
      if (docker !== undefined) {
        await importBase(docker, archive);
        peers.classic = await DockerBuilder.on(docker, dataRoot, BASE, false);
        peers.buildkit = await DockerBuilder.on(docker, dataRoot, BASE, true);
      }
      await unlessSkipped(
        (use) => withPodman(use, { storageDriver: "overlay", runtime: "runc" }),
        async (podman) => {
          if (podman !== undefined) {
            await importBase(podman, archive);
            peers.buildah = await BuildahBuilder.on(podman, BASE);
          }
          await use(peers);
        },
      );
    },
  );
}

/** With nothing, where a program is not installed. */
async function unlessSkipped(
  start: (use: (program: Program) => Promise<void>) => Promise<void>,
  use: (program?: Program) => Promise<void>,
): Promise<void> {
  try {
    await start(use);
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.log(error.message);
    await use();
  }
}

/** As box's own base is; box adds PATH by itself where an image has none. */
async function importBase(engine: Program, archive: string): Promise<void> {
  const path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  await engine.ok(["import", "--change", 'CMD ["sh"]', "--change", path, archive, BASE]);
}
