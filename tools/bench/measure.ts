/** Measuring a row: all contestants in turn, again and again. */

import { type Arena, Contestant } from "./contestant.ts";
import type { Engine } from "./engines.ts";
import type { Row } from "./row.ts";

/** What came of one program in one row. */
export interface Measurement {
  readonly name: string;
  readonly samples: readonly number[];
  /** Why there are not as many samples as there should be. */
  readonly failure?: string;
}

/**
 * Measures a row. Everybody has a turn in each round, and another one begins each time, so that what
 * happens on the machine meanwhile, and what one leaves to the next, falls on all alike.
 *
 * @throws {DOMException} AbortError when the arena's signal is set.
 */
export async function measureRow(
  row: Row,
  engines: readonly Engine[],
  runs: number,
  arena: Arena,
): Promise<Measurement[]> {
  const contestants = Contestant.of(row, engines, arena);
  for (const contestant of contestants) await contestant.begin();
  // The first time fills caches; how much memory is needed does not depend on them.
  const warmUps = row.unit === "ms" ? 1 : 0;
  for (let round = -warmUps; round < runs; round++) {
    for (const contestant of rotated(contestants, round + warmUps)) {
      arena.signal.throwIfAborted();
      const value = await contestant.run();
      if (value !== undefined && round >= 0) contestant.samples.push(value);
    }
  }
  for (const contestant of contestants) await contestant.end();
  arena.signal.throwIfAborted();
  return contestants;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
