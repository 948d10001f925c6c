/**
 * Times as docker writes them: RFC 3339 with up to nine digits of a second. They are kept as
 * nanoseconds since the epoch in a bigint, because neither Date nor number holds nanoseconds; the
 * zero time of Go, 0001-01-01T00:00:00Z, which docker writes for "never", is such a number too.
 */
import { timeZone } from "./time_zone.ts";

/** What docker writes for a time that has not come. */
export const zeroTimestamp = "0001-01-01T00:00:00Z";

const nanosecondsPerSecond = 1_000_000_000n;
const nanosecondsPerMillisecond = 1_000_000n;

const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/** Nanoseconds since the epoch. Throws a RangeError for anything but an RFC 3339 time. */
export function parseTimestamp(text: string): bigint {
  const match = rfc3339.exec(text);
  const [, date, time, fraction = "", zone] = match ?? [];
  const milliseconds = match === null ? NaN : Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) throw new RangeError(`invalid timestamp: ${text}`);
  return BigInt(milliseconds) * nanosecondsPerMillisecond +
    BigInt(fraction.slice(0, 9).padEnd(9, "0"));
}

/** The RFC 3339 form in UTC, without trailing zeros in the fraction (Go's RFC3339Nano). */
export function formatTimestamp(nanoseconds: bigint): string {
  const { seconds, fraction } = split(nanoseconds);
  return isoDateTime(seconds, 0).replace(" ", "T") + fraction + "Z";
}

/** How many seconds ago a time was, for humanDuration. `now` is in milliseconds since the epoch. */
export function secondsSince(nanoseconds: bigint, now: number = Date.now()): number {
  // Subtracted as whole numbers: two floating-point numbers of this size would be a microsecond off.
  return Number(BigInt(now) * 1_000_000n - nanoseconds) / Number(nanosecondsPerSecond);
}

/** Orders two RFC 3339 times, for sort(); as text, `...01Z` would come after `...01.5Z`. */
export function compareTimestamps(a: string, b: string): number {
  const [left, right] = [parseTimestamp(a), parseTimestamp(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Go's Time.String in the local zone: `2026-11-21 01:56:57.5 +0000 UTC`. */
export function formatLocalTime(nanoseconds: bigint): string {
  const { seconds, fraction } = split(nanoseconds);
  const { minutes, name } = timeZone(seconds * 1000);
  return `${isoDateTime(seconds, minutes)}${fraction} ${formatOffset(minutes, "")} ${name}`;
}

/** Go's Time.String in UTC, as it prints a time that was read from JSON. */
export function formatUtcTime(nanoseconds: bigint): string {
  const { seconds, fraction } = split(nanoseconds);
  return `${isoDateTime(seconds, 0)}${fraction} +0000 UTC`;
}

/** RFC 3339 in the local zone, in whole seconds: `2026-11-21T01:57:06Z`. */
export function formatLocalRfc3339(nanoseconds: bigint): string {
  return localRfc3339(split(nanoseconds).seconds, "");
}

/** The same with all nine digits of the fraction: `2026-11-21T01:57:06.000000000Z`. */
export function formatLocalRfc3339Nano(nanoseconds: bigint): string {
  const { seconds, fraction } = split(nanoseconds);
  return localRfc3339(seconds, `.${fraction.slice(1).padEnd(9, "0")}`);
}

function localRfc3339(seconds: number, fraction: string): string {
  const { minutes } = timeZone(seconds * 1000);
  const offset = minutes === 0 ? "Z" : formatOffset(minutes, ":");
  return isoDateTime(seconds, minutes).replace(" ", "T") + fraction + offset;
}

/** Whole seconds since the epoch, rounded down, and the rest as `.5` or nothing. */
function split(nanoseconds: bigint): { seconds: number; fraction: string } {
  const rest = ((nanoseconds % nanosecondsPerSecond) + nanosecondsPerSecond) %
    nanosecondsPerSecond;
  const digits = rest.toString().padStart(9, "0").replace(/0+$/, "");
  return {
    seconds: Number((nanoseconds - rest) / nanosecondsPerSecond),
    fraction: digits === "" ? "" : "." + digits,
  };
}

function isoDateTime(seconds: number, offsetMinutes: number): string {
  return new Date((seconds + offsetMinutes * 60) * 1000).toISOString()
    .replace(/\.\d+Z$/, "").replace("T", " ");
}

function formatOffset(minutes: number, separator: string): string {
  const magnitude = Math.abs(minutes);
  const hours = String(Math.floor(magnitude / 60)).padStart(2, "0");
  const rest = String(magnitude % 60).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${hours}${separator}${rest}`;
}
