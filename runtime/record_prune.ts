/** Noting that unused things were removed. */

import { appendEvent } from "../storage/events/append.ts";
import type { EventType } from "../storage/events/message.ts";
import type { Store } from "../storage/store.ts";

/** Notes that all unused things of a kind were removed, and how many bytes they took. Never fails. */
export function recordPruneEvent(store: Store, type: EventType, reclaimed: number): void {
  const Actor = { ID: "", Attributes: { reclaimed: String(reclaimed) } };
  appendEvent(store, { Type: type, Action: "prune", Actor });
}
