/** Giving an image one more name. */

import type { Store } from "../store.ts";
import { prepareForWriting } from "../sweep.ts";
import { resolveImageId, setNames } from "./image_store.ts";
import type { Reference } from "./reference.ts";

/** Makes `reference` stand for the image that `words` mean. */
export function tagImage(store: Store, words: string, reference: Reference): void {
  prepareForWriting(store);
  using _ = store.lockImages("exclusive");
  setNames(store, [reference], resolveImageId(store, words));
}
