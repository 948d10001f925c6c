/**
 * What V8 compiles when a command runs, kept to be put into the executable: a third of the processor time of a short command
 * was parsing and compiling the same functions again, and reading two megabytes of script took a tenth of the shortest.
 *
 * The commands are run for this, in a store of their own. Where that is not possible (no root, no overlayfs) they fail, and
 * what was compiled until then is kept.
 */
import { WORTH_A_THREAD } from "../../storage/layer/compression/thread.ts";
import { must, run } from "../command.ts";
import { cache } from "./executable.ts";
import { withSceneRegistry } from "./scene_registry.ts";
import { scriptOf } from "./script.ts";

/** What the scenes find in their surroundings. */
interface Surroundings {
  /** A directory with a Dockerfile. */
  readonly context: string;
  /** A registry's address. */
  readonly registry: string;
  /** A directory for another store, so that what was pushed can be pulled. */
  readonly otherStore: string;
}

/**
 * Command lines by the file that their code is kept in: a command's name, and with a plus what it loads only sometimes. Each builds
 * on those before it.
 */
const scenesWith = (
  { context, registry, otherStore }: Surroundings,
): Record<string, string[][]> => ({
  version: [["--version"]],
  import: [["import", "--from-host", "base"]],
  images: [["images"]],
  run: [
    ["run", "--rm", "base", "true"],
    ["run", "--rm", "--network", "none", "base", "true"],
    ["run", "-d", "--name", "up", "--network", "none", "base", "sleep", "1000"],
  ],
  exec: [["exec", "up", "true"]],
  logs: [["logs", "up"]],
  ps: [["ps", "-a"]],
  inspect: [["inspect", "up"]],
  kill: [["kill", "up"]],
  start: [["start", "up"]],
  stop: [["stop", "-t", "0", "up"]],
  rm: [["rm", "-f", "up"]],
  create: [["create", "--network", "none", "--name", "made", "base", "true"]],
  commit: [["commit", "made", "copy"]],
  rmi: [["rmi", "copy"]],
  "build+": [["build", "--network", "none", "-t", "built", context]],
  // Again, with all its steps in the cache.
  build: [["build", "--network", "none", "-t", "built", context]],
  tag: [["tag", "base", `${registry}/base`], ["tag", "built", `${registry}/built`]],
  push: [["push", `${registry}/base`], ["push", "-q", `${registry}/built`]],
  pull: [
    ["--root", otherStore, "pull", `${registry}/base`],
    ["--root", otherStore, "pull", "-q", `${registry}/built`],
  ],
});

const dockerfile = `FROM base AS first
ARG VERSION=1
ENV NAME=value
WORKDIR /made
RUN echo $NAME > $VERSION
FROM base
COPY . /copied
COPY --from=first /made /made
RUN true
EXPOSE 80
CMD ["true"]
`;

/** What is kept of a command: the script of the modules that it runs, and V8's code of it. */
export interface Excerpt {
  script: Uint8Array;
  code: Uint8Array;
}

/** So many bytes are worth threads that compress and decompress them: storage/layer/compression/thread.ts. */
const LARGE = WORTH_A_THREAD * 2;
/** What crypto.getRandomValues gives at once. */
const MOST_RANDOM = 1 << 16;

/**
 * Has the recorder run the scenes, twice: to see which of the program's `modules` each needs, and to have these compiled. Throws if V8 would not
 * take the code back.
 */
export async function recordCode(
  recorder: string,
  modules: ReadonlyMap<string, string>,
): Promise<Map<string, Excerpt>> {
  const directory = await Deno.makeTempDir({ dir: cache, prefix: "record-" });
  const file = (name: string) => `${directory}/${name}`;
  const env = { DOCKER_CONFIG: directory, XDG_RUNTIME_DIR: directory }; // nobody's credentials, nor namespace
  const recordMonitor = (...task: string[]) => ({ BOX_RECORD_MONITOR: JSON.stringify(task) });
  const excerpts = new Map<string, Excerpt>();
  try {
    const listing = { ...env, ...recordMonitor("modules", file("monitor.json")) };
    await playScenes(recorder, file("modules"), async (name, commands) => {
      await must(recorder, ["modules", file(`${name}.json`), commands], { env: listing });
    });
    const modulesOf = async (name: string): Promise<string[]> => {
      const used: string[] = JSON.parse(await Deno.readTextFile(file(`${name}.json`)));
      if (!name.endsWith("+")) return used;
      const usual = new Set(await modulesOf(name.slice(0, -1)));
      return used.filter((module) => !usual.has(module));
    };
    const writeScript = async (name: string) => {
      const used = await modulesOf(name);
      const script = scriptOf(new Map(used.map((module) => [module, modules.get(module)!])));
      await Deno.writeTextFile(file(`${name}.js`), script);
    };
    const take = async (name: string) => {
      const script = file(`${name}.js`), code = file(name);
      await must(recorder, ["check", script, code]);
      excerpts.set(name, { script: await Deno.readFile(script), code: await Deno.readFile(code) });
    };
    const hasMonitor = await appears(file("monitor.json"));
    if (hasMonitor) await writeScript("monitor");
    const compiling = { ...env, ...recordMonitor("code", file("monitor.js"), file("monitor")) };
    await playScenes(recorder, file("code"), async (name, commands) => {
      await writeScript(name);
      const words = ["code", file(`${name}.js`), file(name), commands];
      await must(recorder, words, { env: compiling });
      await take(name);
    });
    if (hasMonitor && await appears(file("monitor"))) await take("monitor");
    // Of what no scene has, only where the modules begin.
    await Deno.writeTextFile(file("all.js"), scriptOf(modules));
    await must(recorder, ["code", file("all.js"), file("all"), JSON.stringify([["--version"]])]);
    await take("all");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  return excerpts;
}

/** Waits for what a monitor writes when it ends; false if there has been none. */
async function appears(file: string): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if (await Deno.stat(file).then(() => true, () => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Calls `play` for each scene, with its command lines as JSON, in a new directory with a store, and with a new registry. */
async function playScenes(
  recorder: string,
  directory: string,
  play: (name: string, commands: string) => Promise<void>,
): Promise<void> {
  const global = ["--root", `${directory}/store`], context = `${directory}/context`;
  await Deno.mkdir(context, { recursive: true });
  await Deno.writeTextFile(`${context}/Dockerfile`, dockerfile);
  await writeLargeFile(`${context}/large`);
  await withSceneRegistry(async (registry) => {
    const scenes = scenesWith({ context, registry, otherStore: `${directory}/other` });
    try {
      for (const [name, lines] of Object.entries(scenes)) {
        await play(name, JSON.stringify(lines.map((words) => [...global, ...words])));
      }
      await play("enter", JSON.stringify("enter"));
    } finally {
      await run(recorder, [...global, "rm", "-f", "up", "made"]);
    }
  });
}

/** A file that cannot be compressed. */
async function writeLargeFile(path: string): Promise<void> {
  const bytes = new Uint8Array(LARGE);
  for (let at = 0; at < LARGE; at += MOST_RANDOM) {
    crypto.getRandomValues(bytes.subarray(at, at + MOST_RANDOM));
  }
  await Deno.writeFile(path, bytes);
}
