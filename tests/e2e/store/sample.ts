/** The same images and containers in a store of box's or dockerd's, to look at the files that they are made of. */

import { createHash } from "node:crypto";
import { busyboxTar, type Program } from "../harness.ts";

/** An image of two layers, and containers that were created, have exited, and run. */
export async function populate(engine: Program): Promise<void> {
  const run = ["run", "--network", "none"];
  const script = "echo n > /new; rm /bin/yes; mkdir -p /d/e; touch /d/e/f; chmod 700 /tmp";
  await engine.ok(["import", "-c", 'CMD ["sh"]', await busyboxTar(), "busybox"]);
  await engine.ok([...run, "--name", "exited", "busybox", "sh", "-c", script]);
  await engine.ok(["commit", "-c", 'CMD ["cat", "/new"]', "exited", "com:1"]);
  await engine.ok("create --network none --name created com:1");
  const running = engine.spawn(
    [...run, "--name", "running", "com:1", "sh", "-c", "echo ready; exec sleep 1000"],
  );
  await running.waitFor("ready");
}

/** What the ids in a populated store stand for. */
export type Names = Map<string, string>;

/** Images, layers and containers by name; the overlays that these have, and the links to them. */
export async function namesOfIds(engine: Program, root: string): Promise<Names> {
  const names: Names = new Map();
  const read = (path: string) => Deno.readTextFileSync(`${root}/${path}`);
  const layerdb = "image/overlay2/layerdb";
  const addOverlay = (id: string, name: string) => {
    names.set(id.slice(0, 64), `<overlay of ${name}>`);
    names.set(read(`overlay2/${id}/link`), `<link of ${name}${id.slice(64)}>`);
  };
  for (const image of ["busybox", "com:1"]) {
    const diffId = (await diffIdsOf(engine, image)).at(-1)!.slice("sha256:".length);
    const layer = (await chainIdsOf(engine, image)).at(-1)!;
    names.set(await idOf(engine, image), `<${image}>`);
    names.set(diffId, `<diff of ${image}>`);
    names.set(layer, `<layer of ${image}>`);
    addOverlay(read(`${layerdb}/sha256/${layer}/cache-id`), image);
  }
  for (const container of ["created", "exited", "running"]) {
    const id = await idOf(engine, container);
    names.set(id, `<${container}>`);
    names.set(id.slice(0, 12), `<${container}, short>`);
    addOverlay(read(`${layerdb}/mounts/${id}/init-id`), container);
    addOverlay(read(`${layerdb}/mounts/${id}/mount-id`), container);
  }
  return names;
}

/** 64 digits. */
export async function idOf(engine: Program, name: string): Promise<string> {
  return (await engine.ok(["inspect", "-f", "{{.Id}}", name])).replace("sha256:", "");
}

export async function diffIdsOf(engine: Program, image: string): Promise<string[]> {
  return JSON.parse(await engine.ok(["inspect", "-f", "{{json .RootFS.Layers}}", image]));
}

/** By the rule that articles show with echo and sha256sum; 64 digits each, lowest first. */
export async function chainIdsOf(engine: Program, image: string): Promise<string[]> {
  const chain: string[] = [];
  for (const diffId of await diffIdsOf(engine, image)) {
    const parent = chain.at(-1);
    chain.push(parent ? sha256(`sha256:${parent} ${diffId}`) : diffId.slice("sha256:".length));
  }
  return chain;
}

/** 64 digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Type and permissions in octal of all that belongs to images and containers, by their paths. */
export async function listStore(root: string, names: Names): Promise<Map<string, string>> {
  return new Map(
    (await walk(root)).map(({ path, mode }) => [withNames(path, names), mode.toString(8)]),
  );
}

/** Reads a recorded list, lines of `PATH MODE`. */
export function parseListing(text: string): Map<string, string> {
  return new Map(
    text.trimEnd().split("\n").map((line) => {
      const blank = line.lastIndexOf(" ");
      return [line.slice(0, blank), line.slice(blank + 1)];
    }),
  );
}

/**
 * What is in the files and links, by path and line; JSON has a line for each field. What is of the moment, of the engine or of
 * its network is masked; what is no text is left out.
 */
export async function readStore(root: string, names: Names): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const { path, isFile, isSymlink } of await walk(root)) {
    const text = isSymlink
      ? await Deno.readLink(`${root}/${path}`)
      : isFile && !path.endsWith(".gz")
      ? await Deno.readTextFile(`${root}/${path}`)
      : "";
    const lines = withNames(masked(text.replaceAll(root, "<root>")), names)
      .replace(/,"/g, ',\n"').split("\n");
    for (const [index, line] of lines.entries()) {
      contents.set(`${withNames(path, names)}:${index + 1}`, line);
    }
  }
  return contents;
}

interface StoreFile {
  path: string;
  mode: number;
  isFile: boolean;
  isSymlink: boolean;
}

/** The layout of the store, without the trees that overlays hold. */
async function walk(root: string, directory = ""): Promise<StoreFile[]> {
  const files: StoreFile[] = [];
  for (const { name } of await Array.fromAsync(Deno.readDir(`${root}/${directory}`))) {
    if (directory === "" && !["containers", "image", "overlay2"].includes(name)) continue;
    if (name === "attach.sock") continue; // where box's containers are attached to
    const path = directory === "" ? name : `${directory}/${name}`;
    const { mode, isFile, isSymlink, isDirectory } = await Deno.lstat(`${root}/${path}`);
    files.push({ path, mode: mode!, isFile, isSymlink });
    if (isDirectory && !["diff", "merged", "work"].includes(name)) {
      files.push(...await walk(root, path));
    }
  }
  return files;
}

function withNames(text: string, names: Names): string {
  return text.replace(
    /\b(?:[0-9a-f]{64}|[0-9a-f]{12}|[A-Z2-7]{26})\b/g,
    (id) => names.get(id) ?? id,
  );
}

/** Times, versions and pids, the network that dockerd gives to a container, and box's own knowledge of its process. */
function masked(text: string): string {
  return text
    .replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/"docker_version":"[^"]*"/, '"docker_version":"<version>"')
    .replace(/"Pid":[1-9]\d*/, '"Pid":<pid>')
    .replace(/"(SandboxID|SandboxKey|NetworkID|EndpointID)":"[^"]*"/g, '"$1":<network>')
    .replace('"Ports":{}', '"Ports":null')
    .replace(/"CgroupnsMode":"(host|private)"/, '"CgroupnsMode":<of cgroup v1 or v2>')
    .replace(/,"BoxProcess":\{[^}]*\}/, "")
    .replace(/,"BoxKeeper":\{[^}]*\{[^}]*\}\}/, "");
}
