/** Events as they happen. */

import type { Store } from "../store.ts";
import { clock } from "../time.ts";
import { Changes } from "./changes.ts";
import { EventReader, type TimeRange } from "./event_reader.ts";
import type { EventMessage } from "./message.ts";

/** What a timer can wait for; milliseconds. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * Past events of the range first, if it has a beginning or an end; then those that happen, until its end, or for ever. A follower
 * that stands still while both files are replaced (8 MB of events) misses what was in them.
 */
export async function* followEvents(store: Store, range: TimeRange): AsyncGenerator<EventMessage> {
  using changes = new Changes(store.events);
  using reader = new EventReader(store);
  if (range.since === undefined && range.until === undefined) reader.skip();
  for (;;) {
    const left = millisecondsUntil(range.until); // before reading: what happens afterwards is too late
    yield* reader.read(range);
    if (left <= 0) return;
    await changes.next(Math.min(left, LONGEST_WAIT));
  }
}

function millisecondsUntil(time: bigint | undefined): number {
  if (time === undefined) return Infinity;
  const { seconds, nanoseconds } = clock();
  const left = time - (BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
  return Math.ceil(Number(left) / 1e6);
}
