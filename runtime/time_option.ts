/** Points in time as options of docker's give them: `10m` ago, `2026-11-21T08:30`, seconds since the epoch. */

import { InvalidError } from "../storage/errors.ts";
import { formatTime } from "../storage/time.ts";
import { parseDuration } from "./build/duration.ts";

const DATE = /^(\d{4})-(\d\d)-(\d\d)/;
const TIME = /(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?/;
const ZONE = /(Z|[+-]\d\d:\d\d)?$/;
const dateAndTime = new RegExp(DATE.source + TIME.source + ZONE.source);

/**
 * Returns the time in RFC 3339, UTC. A duration is counted back from `now`, in milliseconds since the epoch; a date or time
 * without a zone is one of the host's zone. Throws InvalidError in docker's words.
 */
export function parseTimeOption(text: string, now: number = Date.now()): string {
  const ago = text === "0" ? undefined : durationOf(text);
  if (ago !== undefined) return fromMilliseconds(now - ago / 1e6, 0);
  const epoch = /^(-?\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (epoch !== null) return formatTime(Number(epoch[1]), nanoseconds(epoch[2]));
  const parts = dateAndTime.exec(text);
  if (parts !== null) {
    const [, year, month, day, hour = "00", minute = "00", second = "00", fraction, zone = ""] =
      parts;
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
    if (!Number.isNaN(time)) return fromMilliseconds(time, nanoseconds(fraction));
  }
  throw new InvalidError(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
}

/** Nanoseconds, or undefined for what is no duration. */
function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof InvalidError) return undefined;
    throw error;
  }
}

function nanoseconds(fraction = ""): number {
  return Number(fraction.padEnd(9, "0"));
}

/** `rest` in nanoseconds, beyond whole seconds. */
function fromMilliseconds(milliseconds: number, rest: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return formatTime(seconds, rest || Math.round((milliseconds - seconds * 1000) * 1e6));
}
