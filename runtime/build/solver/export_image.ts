/** What was built becomes an image of the store. */

import {
  canonicalName,
  formatReference,
  type Reference,
} from "../../../storage/image/reference.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";
import { type ImageOptions, writeImage } from "./write_image.ts";

/** Returns its id. */
export async function exportImage(
  { store, lease, reporter, request }: Pick<
    BuildSession,
    "store" | "lease" | "reporter" | "request"
  >,
  state: StageState,
  references: readonly Reference[],
  inlineCache: ImageOptions["inlineCache"],
): Promise<string> {
  const { labels, sourceDateEpoch } = request;
  const vertex = reporter.begin("exporting to image");
  vertex.note("exporting layers done");
  const options = { references, labels, sourceDateEpoch, inlineCache };
  const { id } = await writeImage(store, state, options);
  // A layout's layers came without an image: those that nothing needs go when the lease ends.
  const contexts = [...request.namedContexts.values()];
  if (!contexts.some(({ kind }) => kind === "layout")) lease.finish();
  vertex.note(`writing image ${id} done`);
  for (const { repository, tag } of references) {
    vertex.note(
      `naming to ${formatReference({ repository: canonicalName(repository), tag })} done`,
    );
  }
  vertex.done();
  return id;
}
