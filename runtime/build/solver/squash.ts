/** --squash: what the target's stage has added to its base becomes one layer (docker's classic builder). */

import { sha256 } from "../../../storage/digest.ts";
import { encodeImageConfig } from "../../../storage/image/config.ts";
import { chainIdsOf, readLayer } from "../../../storage/layer/layer_store.ts";
import type { BuildSession } from "./session.ts";
import { squashLayers } from "./squash_layers.ts";
import { datedHistory, type StageState } from "./state.ts";
import { stepKey } from "./step_cache.ts";
import { imageConfigOf } from "./write_image.ts";

/** The history stays, of instructions without layers, and says at its end what was merged, in docker's words. */
export async function squash(
  { store, lease, cache, reporter, request }: Pick<
    BuildSession,
    "store" | "lease" | "cache" | "reporter" | "request"
  >,
  state: StageState,
): Promise<StageState> {
  const { base = { diffIds: 0, history: 0 } } = state, { sourceDateEpoch: epoch } = request;
  const vertex = reporter.begin("squashing layers");
  const { id, created: now } = await unsquashedImage(state, request);
  const chainIds = await chainIdsOf(state.diffIds), parent = chainIds[base.diffIds - 1];
  const bottom = parent === undefined ? undefined : readLayer(store, parent);
  const layers = chainIds.slice(base.diffIds).map((chainId) => readLayer(store, chainId));
  const { layer, created, isCached } = await cache.outcome({
    key: await stepKey({
      step: "squash",
      parent: parent ?? null,
      layers: layers.map(({ diffId }) => diffId),
      epoch: epoch ?? null,
    }),
    description: "squashing layers",
    usesCache: request.noCache !== true,
    perform: () => squashLayers(store, lease, bottom, layers, epoch),
  });
  const history = datedHistory(state.history, now).map((entry, index) =>
    index < base.history ? entry : { ...entry, empty_layer: true }
  );
  const comment = base.imageId === undefined
    ? `create new from ${id}`
    : `merge ${id} to ${base.imageId}`;
  history.push({ created, comment, ...(layer === undefined && { empty_layer: true }) });
  if (isCached) vertex.cached();
  else vertex.done();
  return {
    ...state,
    layer: layer ?? bottom,
    diffIds: [...state.diffIds.slice(0, base.diffIds), ...layer ? [layer.diffId] : []],
    history,
    imageId: undefined,
  };
}

/** The image that would have been made; nobody needs it, but docker names it. */
async function unsquashedImage(
  state: StageState,
  { labels, sourceDateEpoch }: BuildSession["request"],
): Promise<{ id: string; created: string }> {
  const config = imageConfigOf(state, { labels, sourceDateEpoch });
  return { id: await sha256(encodeImageConfig(config)), created: config.created! };
}
