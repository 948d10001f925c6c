/** A group's cases, one after the other. */

import { makeContext } from "./context.ts";
import type { CaseGroup, DockerfileCase, Outcome } from "./types.ts";

/** Who builds: box or a peer. */
export interface Builder {
  /** Builds a context with these options, and leaves the image under the name of `tag`. */
  build(context: string, options: readonly string[], tag: string): Promise<Outcome>;
}

/** Writes the contexts of a group into a directory; the result says where each case's is. */
export async function makeContexts(
  directory: string,
  { name, cases }: CaseGroup,
): Promise<Map<DockerfileCase, string>> {
  const contexts = new Map<DockerfileCase, string>();
  for (const [index, each] of cases.entries()) {
    const path = `${directory}/${name}-${index}`;
    await makeContext(path, each);
    contexts.set(each, path);
    if (each.parent !== undefined) {
      await makeContext(`${path}-parent`, { what: "", dockerfile: each.parent });
    }
  }
  return contexts;
}

/** Messages name the context's directory as `{context}`. */
export async function buildCase(
  builder: Builder,
  each: DockerfileCase,
  context: string,
): Promise<Outcome> {
  if (each.parent !== undefined) {
    const parent = await builder.build(`${context}-parent`, [], "parent");
    if ("error" in parent) throw new Error(`the parent of "${each.what}": ${parent.error}`);
  }
  const options = (each.options ?? []).map((word) => word.replaceAll("{context}", context));
  const outcome = await builder.build(context, options, "case");
  if (!("error" in outcome)) return outcome;
  return { ...outcome, error: outcome.error.replaceAll(context, "{context}") };
}
