/** What `--build-context` names, where that is an image or becomes the base of a stage. */

import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { checksumSources } from "../context/checksum.ts";
import { copyInto } from "../context/copy_into.ts";
import { selectSources } from "../context/select_sources.ts";
import { imageState, layoutState, scratchState } from "./base.ts";
import { wantedPlatform } from "./platform.ts";
import type { BuildSession } from "./session.ts";
import { recordLayer, type StageState } from "./state.ts";
import { stepKey } from "./step_cache.ts";

/** The state of an image that a context is; undefined if it is a directory or an archive of files. */
export function contextImage(
  session: BuildSession,
  name: string,
  written?: string,
): Promise<StageState> | undefined {
  const { store, lease, request } = session;
  const context = request.namedContexts.get(name), platform = wantedPlatform(session, written);
  if (context?.kind === "image") return imageState(store, lease, context.reference, platform);
  if (context?.kind === "layout") return layoutState(store, lease, context, platform);
}

/** A stage that starts from a context: from the image that it is, or from a layer of its files, which belong to root. */
export async function contextState(
  session: BuildSession,
  name: string,
  platform?: string,
): Promise<StageState> {
  const image = await contextImage(session, name, platform);
  if (image !== undefined) return image;
  const { store, lease, cache, sources, request: { sourceDateEpoch: epoch, noCache } } = session;
  const { tree, table } = await sources.context(name);
  const files = selectSources(tree, "/");
  const content = await checksumSources(files, { ...(table && { table }) });
  const state = scratchState(session.platform), title = `FROM ${name}`;
  const { layer, created } = await cache.outcome({
    key: await stepKey({ step: "context", content, epoch: epoch ?? null }),
    description: title,
    usesCache: noCache !== true,
    async perform() {
      using working = new WorkingLayer(store, undefined);
      const { upper } = working;
      await copyInto({
        sources: files,
        destination: "/",
        workingDirectory: "/",
        upper,
        ...(epoch !== undefined && { timestamp: { seconds: epoch, nanoseconds: 0 } }),
      });
      return await working.publish(lease, epoch);
    },
  });
  recordLayer(state, title, created, layer);
  return state;
}
