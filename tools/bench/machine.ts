/** The facts about this machine that the numbers depend on. */

import { findClient } from "../../tests/e2e/harness/dockerd.ts";
import { findProgram } from "../../tests/e2e/harness/needs.ts";
import { run } from "../command.ts";

/** One line about the hardware and the kernel; `directory` is where the stores are. */
export async function describeMachine(directory: string): Promise<string> {
  const { stdout: fileSystem } = await run("df", ["--output=fstype", directory]);
  return [
    `${navigator.hardwareConcurrency} x ${processor()}`,
    `${Math.round(Deno.systemMemoryInfo().total / 1e9)} GB of memory`,
    `Linux ${Deno.osRelease()}`,
    fileSystem.split("\n").at(-1),
    `cgroup ${cgroupVersion()}`,
    `load average ${Deno.loadavg()[0].toFixed(1)}`,
  ].join(", ");
}

function processor(): string {
  const cpuinfo = Deno.readTextFileSync("/proc/cpuinfo");
  return cpuinfo.match(/^model name\s*: (.*)$/m)?.[1] ?? Deno.build.arch;
}

function cgroupVersion(): string {
  try {
    Deno.statSync("/sys/fs/cgroup/cgroup.controllers");
    return "v2";
  } catch {
    return "v1";
  }
}

/** One line with the versions of all that takes part. */
export async function describePrograms(): Promise<string> {
  const dockerd = findProgram("dockerd");
  const programs = {
    dockerd,
    docker: dockerd && findClient(dockerd),
    ...Object.fromEntries(
      ["podman", "crun", "tar", "sha256sum"].map((name) => [name, findProgram(name)]),
    ),
  };
  const versions = Object.entries(programs).map(async ([name, path]) =>
    path === undefined ? `no ${name}` : `${name} ${await versionOf(path)}`
  );
  return [`deno ${Deno.version.deno}`, ...await Promise.all(versions)].join(", ");
}

/** The first number in what `--version` prints. */
async function versionOf(program: string): Promise<string> {
  const { stdout } = await run(program, ["--version"]);
  return stdout.match(/\d+\.[\w.]*\w/)?.[0] ?? "of unknown version";
}
