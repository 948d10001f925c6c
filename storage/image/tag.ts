/** Giving an image one more name. */

import type { Store } from "../store.ts";
import { prepareForWriting } from "../sweep.ts";
import { resolveImageId, setNames } from "./image_store.ts";
import { recordImageEvent } from "./record_event.ts";
import { formatReference, type Reference } from "./reference.ts";

/** Makes `reference` stand for the image that `words` mean. */
export function tagImage(store: Store, words: string, reference: Reference): void {
  prepareForWriting(store);
  using _ = store.lockImages("exclusive");
  const id = resolveImageId(store, words);
  setNames(store, [reference], id);
  recordImageEvent(store, "tag", id, formatReference(reference));
}
