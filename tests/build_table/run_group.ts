/** A group's cases, one after the other. */

import { makeContext } from "./context.ts";
import type { CaseGroup, DockerfileCase, Outcome } from "./types.ts";

/** Who builds: box or a peer. */
export interface Builder {
  /** Builds a context with these options, and leaves the image under the name of `tag`. */
  build(context: string, options: readonly string[], tag: string): Promise<Outcome>;
}

/**
 * Writes the contexts of a group into a directory; the result says where each case's is. What Dockerfiles call `{server}` is
 * the URL of a FileServer.
 */
export async function makeContexts(
  directory: string,
  { name, cases }: CaseGroup,
  server: string,
): Promise<Map<DockerfileCase, string>> {
  const contexts = new Map<DockerfileCase, string>();
  for (const [index, each] of cases.entries()) {
    const path = `${directory}/${name}-${index}`;
    const dockerfile = each.dockerfile.replaceAll("{server}", server);
    await makeContext(path, { ...each, dockerfile });
    contexts.set(each, path);
    if (each.parent !== undefined) {
      await makeContext(`${path}-parent`, { what: "", dockerfile: each.parent });
    }
  }
  return contexts;
}

/** Directories and ports that are others each time are `{context}` and `{server}` in the outcome. */
export async function buildCase(
  builder: Builder,
  each: DockerfileCase,
  context: string,
  server: string,
): Promise<Outcome> {
  if (each.parent !== undefined) {
    const parent = await builder.build(`${context}-parent`, [], "parent");
    if ("error" in parent) throw new Error(`the parent of "${each.what}": ${parent.error}`);
  }
  const options = (each.options ?? []).map((word) => word.replaceAll("{context}", context));
  const outcome = JSON.stringify(await builder.build(context, options, "case"));
  return JSON.parse(outcome.replaceAll(context, "{context}").replaceAll(server, "{server}"));
}
