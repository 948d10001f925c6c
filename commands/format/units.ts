/** Sizes and durations in docker's words (docker's go-units 0.4). */
import { formatFloat } from "./go/float.ts";

const decimalUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/**
 * A size in bytes with decimal units: `1.98MB`. Docker shows an image's or container's size with 3
 * significant digits and most other sizes with 4.
 */
export function humanSize(bytes: number, significantDigits = 4): string {
  return scale(bytes, 1000, decimalUnits, significantDigits);
}

/** A size in bytes with binary units and 4 significant digits: `23.54GiB`. */
export function bytesSize(bytes: number): string {
  return scale(bytes, 1024, binaryUnits, 4);
}

/** The unit is chosen before the rounding, so that 999999 bytes are `1e+03kB`, as in docker. */
function scale(bytes: number, base: number, units: string[], digits: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= base && unit < units.length - 1; unit++) size /= base;
  return formatFloat(size, "g", digits) + units[unit];
}

const sizePattern = /^(\d+(?:\.\d+)*) ?([kKmMgGtTpP])?[iI]?[bB]?$/;

/**
 * Reads a size such as `64m`, `1.5GiB` or `1024` in bytes; units count in powers of 1024 whatever
 * their spelling. Throws an Error with docker's words.
 */
export function parseBinarySize(text: string): number {
  const match = sizePattern.exec(text);
  if (match === null) throw new Error(`invalid size: '${text}'`);
  const [, digits, unit = ""] = match;
  const number = Number(digits);
  if (Number.isNaN(number)) {
    throw new Error(`strconv.ParseFloat: parsing "${digits}": invalid syntax`);
  }
  const power = unit === "" ? 0 : "kmgtp".indexOf(unit.toLowerCase()) + 1;
  return Math.trunc(number * 1024 ** power);
}

/** Go's durations end after 292 years, so that is how long ago its zero time is. */
const longestDuration = 2 ** 63 / 1e9;

/** A duration in seconds, as roughly as docker says it: `About an hour`, `3 weeks`. */
export function humanDuration(duration: number): string {
  const seconds = Math.min(duration, longestDuration);
  const whole = Math.trunc(seconds);
  if (whole < 1) return "Less than a second";
  if (whole === 1) return "1 second";
  if (whole < 60) return `${whole} seconds`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.trunc(seconds / 3600 + 0.5);
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(Math.trunc(seconds / 3600) / 24 / 365)} years`;
}
