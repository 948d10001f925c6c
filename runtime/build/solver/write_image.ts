/** From the end of a stage to an image. */

import {
  encodeImageConfig,
  type ImageConfig,
  type InlineCacheRecord,
} from "../../../storage/image/config.ts";
import { type CreatedImage, createImage } from "../../../storage/image/image_store.ts";
import { recordImageEvent } from "../../../storage/image/record_event.ts";
import { formatReference, type Reference } from "../../../storage/image/reference.ts";
import type { Store } from "../../../storage/store.ts";
import { formatTime, now } from "../../../storage/time.ts";
import { inDockersOrder } from "../changes.ts";
import { datedHistory, type StageState } from "./state.ts";

export interface ImageOptions {
  readonly references: readonly Reference[];
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly sourceDateEpoch?: number;
  readonly inlineCache?: readonly InlineCacheRecord[];
}

/** The configuration of the image that a state is. */
export function imageConfigOf(
  state: StageState,
  { labels, sourceDateEpoch, inlineCache }: Omit<ImageOptions, "references">,
): ImageConfig {
  const time = sourceDateEpoch === undefined ? now() : formatTime(sourceDateEpoch, 0);
  const history = datedHistory(state.history, time);
  const { os, architecture, variant } = state.platform;
  const Labels = { ...state.config.Labels, ...labels };
  return {
    architecture,
    ...(variant && { variant }),
    ...(state.author && { author: state.author }),
    config: inDockersOrder({
      ...state.config,
      Labels: Object.keys(Labels).length > 0 ? Labels : null,
    }),
    created: history.at(-1)?.created ?? time,
    history,
    os,
    rootfs: { type: "layers", diff_ids: state.diffIds },
    ...(inlineCache && { "box.buildcache.v1": inlineCache }),
  };
}

/** Makes the image, gives it its names, and notes that in the events. */
export async function writeImage(
  store: Store,
  state: StageState,
  options: ImageOptions,
): Promise<CreatedImage> {
  const image = await createImage(store, {
    bytes: encodeImageConfig(imageConfigOf(state, options)),
    topLayer: state.layer?.chainId,
    references: options.references,
  });
  for (const reference of options.references) {
    recordImageEvent(store, "tag", image.id, formatReference(reference));
  }
  return image;
}
