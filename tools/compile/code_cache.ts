/**
 * What V8 compiles when a command runs, kept to be put into the executable: a third of the processor time of a short command
 * was parsing and compiling the same functions again.
 *
 * The commands are run for this, in a store of their own. Where that is not possible (no root, no overlayfs) they fail, and
 * what was compiled until then is kept.
 */
import { WORTH_A_THREAD } from "../../storage/layer/compression/thread.ts";
import { must, run } from "../command.ts";
import { cache } from "./executable.ts";
import { withSceneRegistry } from "./scene_registry.ts";

/** What the scenes find in their surroundings. */
interface Surroundings {
  /** A directory with a Dockerfile. */
  readonly context: string;
  /** A registry's address. */
  readonly registry: string;
  /** A directory for another store, so that what was pushed can be pulled. */
  readonly otherStore: string;
}

/** Command lines by the file that their code is kept in: a command's name. Each builds on those before it. */
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
  build: [
    ["build", "--network", "none", "-t", "built", context],
    ["build", "--network", "none", "-t", "built", context],
  ],
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

/** So many bytes are worth threads that compress and decompress them: storage/layer/compression/thread.ts. */
const LARGE = WORTH_A_THREAD * 2;
/** What crypto.getRandomValues gives at once. */
const MOST_RANDOM = 1 << 16;

/** Has the recorder run the scenes, and returns the code of each. Throws if V8 would not take it back. */
export async function recordCode(recorder: string): Promise<Map<string, Uint8Array>> {
  return await withSceneRegistry((registry) => recordScenes(recorder, registry));
}

async function recordScenes(recorder: string, registry: string): Promise<Map<string, Uint8Array>> {
  const directory = await Deno.makeTempDir({ dir: cache, prefix: "record-" });
  const store = `${directory}/store`, context = `${directory}/context`;
  await Deno.mkdir(context);
  await Deno.writeTextFile(`${context}/Dockerfile`, dockerfile);
  await writeLargeFile(`${context}/large`);
  const surroundings = { context, registry, otherStore: `${directory}/other` };
  const env = { DOCKER_CONFIG: directory }; // nobody's credentials
  const box = (...words: string[]) => run(recorder, ["--root", store, ...words]);
  try {
    const code = new Map<string, Uint8Array>();
    for (const [name, lines] of Object.entries(scenesWith(surroundings))) {
      const file = `${directory}/${name}`;
      const commands = lines.map((words) => ["--root", store, ...words]);
      await must(recorder, ["record", file, JSON.stringify(commands)], { env });
      await must(recorder, ["check", file]);
      code.set(name, await Deno.readFile(file));
    }
    return code;
  } finally {
    await box("rm", "-f", "up", "made");
    await Deno.remove(directory, { recursive: true });
  }
}

/** A file that cannot be compressed. */
async function writeLargeFile(path: string): Promise<void> {
  const bytes = new Uint8Array(LARGE);
  for (let at = 0; at < LARGE; at += MOST_RANDOM) {
    crypto.getRandomValues(bytes.subarray(at, at + MOST_RANDOM));
  }
  await Deno.writeFile(path, bytes);
}
