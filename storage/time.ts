/** Points in time as docker's files write them: RFC 3339 in UTC with nanoseconds (Go's RFC3339Nano). */

import { kernel } from "../ffi/kernel.ts";

/** Go's zero time, which stands for "never". */
export const ZERO_TIME = "0001-01-01T00:00:00Z";

const CLOCK_REALTIME = 0;
const timespec = new BigInt64Array(2);

/** The present, with the kernel's nanoseconds. */
export function now(): string {
  const { seconds, nanoseconds } = clock();
  return formatTime(seconds, nanoseconds);
}

/** The present in seconds since the epoch, and nanoseconds of the next one. */
export function clock(): { seconds: number; nanoseconds: number } {
  kernel.clock_gettime(CLOCK_REALTIME, new Uint8Array(timespec.buffer));
  return { seconds: Number(timespec[0]), nanoseconds: Number(timespec[1]) };
}

const SECONDS_OF_DAY = 86400;
const two = (number: number) => String(number).padStart(2, "0");

/**
 * Seconds and nanoseconds since the epoch in RFC3339Nano: trailing zeros of the fraction are dropped. Without Date, whose first
 * use makes V8 load its time zones, some 2 ms.
 */
export function formatTime(seconds: number, nanoseconds: number): string {
  const [year, month, day] = dateOf(Math.floor(seconds / SECONDS_OF_DAY));
  const second = ((seconds % SECONDS_OF_DAY) + SECONDS_OF_DAY) % SECONDS_OF_DAY;
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  const time = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${
    two(second % 60)
  }`;
  const fraction = String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return `${date}T${time}${fraction && "." + fraction}Z`;
}

/** Year, month and day in the Gregorian calendar, of a day counted from 1970-01-01. Years begin in March, leap days end them. */
function dateOf(day: number): [number, number, number] {
  const DAYS_OF_400_YEARS = 146097, DAYS_TO_MARCH_OF_YEAR_0 = 719468;
  const shifted = day + DAYS_TO_MARCH_OF_YEAR_0;
  const era = Math.floor(shifted / DAYS_OF_400_YEARS), dayOfEra = shifted - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth];
}

/** Orders two points in time, each RFC 3339 in UTC; years before 1 or after 9999 do not occur. */
export function compareTimes(a: string, b: string): number {
  const [secondsA, fractionA] = partsOf(a), [secondsB, fractionB] = partsOf(b);
  return secondsA - secondsB || fractionA - fractionB;
}

/** Seconds since the epoch and nanoseconds; an offset is taken into account. */
function partsOf(time: string): [number, number] {
  const [, whole, fraction = "", zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  if (whole === undefined) return [-Infinity, 0];
  return [Date.parse(whole + zone) / 1000, Number(fraction.padEnd(9, "0"))];
}

/** A point in time with an offset in UTC. */
export function inUtc(time: string): string {
  const [seconds, nanoseconds] = partsOf(time);
  return Number.isFinite(seconds) ? formatTime(seconds, nanoseconds) : ZERO_TIME;
}
