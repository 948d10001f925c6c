/** How long ago something happened, as lists say it. Times are nanoseconds since the epoch. */

import { parseTimestamp, zeroTimestamp } from "./format/timestamp.ts";
import { humanDuration } from "./format/units.ts";

const SECOND = 1_000_000_000n;

/** Go's zero time, which stands for never. */
export const never = parseTimestamp(zeroTimestamp);

/** The present, as exact as the clock of JavaScript: to the millisecond. */
export function currentTime(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** A time out of a file of the store; what is no time in RFC 3339 counts as never. */
export function timeOf(text: string): bigint {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (error instanceof RangeError) return never;
    throw error;
  }
}

/** A time without the fraction of its second: docker's API has no more of when things were made. */
export function creationTimeOf(text: string): bigint {
  return timeOf(text.replace(/\.\d+/, ""));
}

/** `3 minutes`, `About an hour` */
export function elapsed(since: bigint, now: bigint): string {
  return humanDuration(Number(now - since) / Number(SECOND));
}
