/** The programs that are compared: box, and what is installed of those that do the same. */

import { withDockerd } from "../../tests/e2e/harness/dockerd.ts";
import { withPodman } from "../../tests/e2e/harness/podman.ts";
import { Program } from "../../tests/e2e/harness/program.ts";
import { Skip } from "../../tests/e2e/harness/skip.ts";

export const engineNames = ["box source", "box compiled", "docker", "podman"] as const;
/** BuildKit is docker's other builder, within a daemon of its own; it takes part where images are built. */
export type EngineName = typeof engineNames[number] | "buildkit";

/** A program that understands Docker's command line, with a store of its own. */
export interface Engine {
  readonly name: EngineName;
  readonly program: Program;
  /** Pid of the daemon that does its work. */
  readonly daemon?: number;
  /** Path of a directory that all it leaves running has to do with: resident.ts. */
  readonly trace: string;
}

const project = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** The compiled box: what BOX_BINARY names, or what `deno task compile` makes. */
export const compiledBox = Deno.env.get("BOX_BINARY") ?? `${project}/dist/box`;

/**
 * Runs `use` with every engine there is, each with an empty store in `directory`, and takes away
 * what it started.
 */
export async function withEngines(
  directory: string,
  { buildKit }: { buildKit: boolean },
  use: (engines: Engine[]) => Promise<void>,
): Promise<void> {
  const engines = await boxes(directory);
  const dockerd = (use: (docker: Engine) => Promise<void>) =>
    withDocker("docker", directory, "0", use);
  const buildkit = (use: (docker: Engine) => Promise<void>) =>
    withDocker("buildkit", directory, "1", use);
  const podman = (use: (podman: Engine) => Promise<void>) =>
    withPodman((program) => use({ name: "podman", program, trace: directoryOf(program) }), {
      storageDriver: "overlay",
      runtime: "crun",
    });
  await ifPossible(
    dockerd,
    (docker) =>
      ifPossible(
        podman,
        async (podman) => {
          const peers = [docker, podman].filter((engine) => engine !== undefined);
          const all = (more?: Engine) => use([...engines, ...peers, ...more ? [more] : []]);
          await (buildKit ? ifPossible(buildkit, all) : all());
        },
      ),
  );
}

/** A daemon with a store of its own. */
async function withDocker(
  name: "docker" | "buildkit",
  directory: string,
  DOCKER_BUILDKIT: string,
  use: (docker: Engine) => Promise<void>,
): Promise<void> {
  await withDockerd(`${directory}/${name}`, async (docker, daemon) => {
    const { env = {}, ...rest } = docker.defaults;
    const program = new Program(docker.commandLine([]), {
      ...rest,
      env: { ...env, DOCKER_BUILDKIT },
    });
    await use({ name, program, daemon, trace: env.DOCKER_CONFIG });
  });
}

/** A podman's, which has its configuration in there. */
function directoryOf(podman: Program): string {
  return podman.defaults.env!.CONTAINERS_CONF.replace(/[^/]*$/, "");
}

/** Runs `use` with what `provide` starts, or without it where that cannot be. */
async function ifPossible<T>(
  provide: (use: (provided: T) => Promise<void>) => Promise<void>,
  use: (provided?: T) => Promise<void>,
): Promise<void> {
  let provided = false;
  try {
    await provide(async (value) => {
      provided = true;
      await use(value);
    });
  } catch (error) {
    if (provided || !(error instanceof Skip)) throw error;
    await use();
  }
}

async function boxes(directory: string): Promise<Engine[]> {
  const box = (name: EngineName, ...command: string[]): Engine => {
    const BOX_ROOT = `${directory}/${name.replace(" ", "-")}`;
    const program = new Program(command, { env: { BOX_ROOT, DENO_NO_UPDATE_CHECK: "1" } });
    return { name, program, trace: BOX_ROOT };
  };
  const engines = [
    box("box source", Deno.execPath(), "run", "--allow-all", "--quiet", `${project}/main.ts`),
  ];
  if (await isFile(compiledBox)) {
    engines.push(box("box compiled", await Deno.realPath(compiledBox)));
  }
  return engines;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}
