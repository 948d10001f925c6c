/** podman with a store for one test, to exchange images with it. */

import { hostLeftoversOf, removeLeftovers } from "./host.ts";
import { findProgram } from "./needs.ts";
import { Program } from "./program.ts";
import { skipUnless } from "./skip.ts";

/** containers.conf(5): the default limits are more than every root may ask for. */
const containersConf = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
`;

/** containers-registries.conf(5): as for docker, this machine's registries need no TLS. */
const registriesConf = `[[registry]]
location = "127.0.0.1"
insecure = true
`;

export interface PodmanOptions {
  storageDriver: "vfs" | "overlay";
  /** Its own choice, if this is not installed. */
  runtime: "runc" | "crun";
}

/** Works everywhere: crun refuses hosts with both versions of cgroups. */
const careful: PodmanOptions = { storageDriver: "vfs", runtime: "runc" };

/** Runs `use` with a podman that has an empty store. Skips the test where there is no podman. */
export async function withPodman(
  use: (podman: Program) => Promise<void>,
  { storageDriver, runtime }: PodmanOptions = careful,
): Promise<void> {
  const program = findProgram("podman");
  skipUnless(program, "no podman here");
  const directory = await Deno.makeTempDir({ prefix: "box-podman-" });
  const configuration = `${directory}/containers.conf`;
  const registries = `${directory}/registries.conf`;
  await Deno.writeTextFile(configuration, containersConf);
  await Deno.writeTextFile(registries, registriesConf);
  const podman = new Program([
    program,
    `--root=${directory}/root`,
    `--runroot=${directory}/run`,
    `--tmpdir=${directory}/tmp`,
    `--storage-driver=${storageDriver}`,
    ...findProgram(runtime) ? [`--runtime=${runtime}`] : [],
    "--cgroup-manager=cgroupfs",
    "--events-backend=none",
  ], {
    env: { CONTAINERS_CONF: configuration, CONTAINERS_REGISTRIES_CONF: registries },
  });
  try {
    await use(podman);
    await podman.ok("rm --force --all");
  } finally {
    await removeLeftovers(hostLeftoversOf([`${directory}/`]));
    await Deno.remove(directory, { recursive: true });
  }
}
