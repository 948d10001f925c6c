/** Noting what happens to volumes, with docker's attributes. */

import { appendEvent } from "../../storage/events/append.ts";
import type { Store } from "../../storage/store.ts";

export type VolumeAction = "create" | "destroy" | "mount" | "unmount";

/** Notes that something has happened to a volume. Never fails. */
export function recordVolumeEvent(
  store: Store,
  name: string,
  action: VolumeAction,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const Attributes = { driver: "local", ...attributes };
  appendEvent(store, { Type: "volume", Action: action, Actor: { ID: name, Attributes } });
}
