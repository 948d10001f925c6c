/** Contexts as directories. */

import { run } from "../e2e/harness/process.ts";
import { makeTree } from "../unit/runtime/build/context/helpers.ts";
import type { DockerfileCase } from "./types.ts";

/** Writes a case's context and Dockerfile into a new directory. */
export async function makeContext(path: string, each: DockerfileCase): Promise<void> {
  Deno.mkdirSync(path);
  makeTree(path, each.context ?? []);
  for (const [name, tree] of Object.entries(each.archives ?? {})) {
    await makeArchive(`${path}/${name}`, tree);
  }
  Deno.writeTextFileSync(`${path}/Dockerfile`, each.dockerfile);
}

/** With what is in the tree as its entries, without one for the directory itself. */
async function makeArchive(path: string, tree: readonly string[]): Promise<void> {
  const directory = `${path}.content`;
  Deno.mkdirSync(directory);
  makeTree(directory, tree);
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  const { code, stderr } = await run(
    ["tar", "--auto-compress", "--sort=name", "-C", directory, "-cf", path, ...names],
  );
  if (code !== 0) throw new Error(stderr);
  Deno.removeSync(directory, { recursive: true });
}
