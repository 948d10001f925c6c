/** Pulling the image of a container that is about to be made; what there is to tell goes to standard error. */

import { pullImages } from "../runtime/image/pull/pull.ts";
import { parseReference, withDefaultTag } from "../storage/image/reference.ts";
import type { Store } from "../storage/store.ts";
import { platformOption, registryAccess } from "./registry_access.ts";
import { showTransfer } from "./transfer_display.ts";

/** `platform` is a normalized one; the host's by default. */
export async function pullForContainer(
  store: Store,
  image: string,
  platform: string | undefined,
): Promise<void> {
  await pullImages(store, {
    ...registryAccess({}),
    reference: withDefaultTag(parseReference(image)),
    platform: platformOption(platform),
    report: showTransfer(Deno.stderr),
  });
}
