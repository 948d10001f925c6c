/** A docker daemon for one test, to see that docker understands what box writes. */

import { hostLeftoversOf, removeLeftovers } from "./host.ts";
import { findProgram } from "./needs.ts";
import { eventually, RunningProcess } from "./process.ts";
import { Program } from "./program.ts";
import { skipUnless } from "./skip.ts";

/** Milliseconds: a bench uses one daemon for all its rows, which on a busy machine is longer than any test. */
const LONGEST_USE = 6 * 3600_000;

export interface DockerdOptions {
  /** Its default bridge and its rules of iptables; without, it leaves the host's network alone. */
  bridge?: boolean;
  /** The command line that starts a program where the daemon is to run. */
  enter?: (...command: string[]) => string[];
}

/**
 * Runs `use` with the docker client and the pid of a daemon that works on `dataRoot`, and stops the
 * daemon. Skips the test where there is no docker.
 */
export async function withDockerd(
  dataRoot: string,
  use: (docker: Program, daemon: number) => Promise<void>,
  { bridge = false, enter = (...command) => command }: DockerdOptions = {},
): Promise<void> {
  const dockerd = findProgram("dockerd");
  const client = dockerd && findClient(dockerd);
  skipUnless(dockerd && client, "no docker here");
  skipUnless(hasCgroups(), "no cgroups here, and dockerd needs them");
  // Short, because the path of a socket has at most 107 bytes.
  const directory = await Deno.makeTempDir({ prefix: "box-dockerd-" });
  const socket = `unix://${directory}/socket`;
  await Deno.writeTextFile(`${directory}/daemon.json`, "{}");
  const daemon = new RunningProcess(enter(
    dockerd,
    `--config-file=${directory}/daemon.json`,
    `--data-root=${dataRoot}`,
    `--exec-root=${directory}/exec`,
    `--pidfile=${directory}/pid`,
    `--host=${socket}`,
    "--storage-driver=overlay2",
    "--exec-opt=native.cgroupdriver=cgroupfs",
    ...bridge ? [] : ["--bridge=none", "--iptables=false", "--ip6tables=false"],
  ));
  let ended = false;
  const end = daemon.wait(LONGEST_USE).finally(() => ended = true);
  try {
    const docker = new Program([client], {
      env: { DOCKER_HOST: socket, DOCKER_CONFIG: directory },
    });
    await eventually("dockerd answers", async () => {
      if (ended) throw new Error(`dockerd does not start:\n${tail(daemon.stderr)}`);
      return (await docker.run("version")).code === 0;
    }, 30_000);
    await use(docker, daemon.pid);
  } finally {
    daemon.kill("SIGTERM");
    await end;
    await removeLeftovers(hostLeftoversOf([`${directory}/`]));
    await Deno.remove(directory, { recursive: true });
  }
}

/** The client that came with a daemon: PATH may have one of another version in front of it. */
export function findClient(dockerd: string): string | undefined {
  return findProgram("docker", [dockerd.replace(/\/s?bin\/dockerd$/, "/bin")]);
}

function hasCgroups(): boolean {
  try {
    return [...Deno.readDirSync("/sys/fs/cgroup")].length > 0;
  } catch {
    return false;
  }
}

function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-10).join("\n");
}
