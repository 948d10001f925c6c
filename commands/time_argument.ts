/** Points in time on the command line (`--since`, `--until`), in the forms that docker's client takes. */

import { parseDuration } from "../runtime/build/duration.ts";
import { InvalidError } from "../storage/errors.ts";
import { quote } from "./cli/strconv.ts";

const SECOND = 1_000_000_000n;

/**
 * A duration before `now` (`42m`), seconds since the epoch (`1136073845.5`) or a date in parts of RFC 3339 (`2006-01-02`,
 * `2006-01-02T15:04`, `2006-01-02T15:04:05.5+01:00`); in the local zone if it has none. Nanoseconds since the epoch. Throws an
 * Error in docker's words.
 */
export function parseTimeArgument(text: string, now: number = Date.now()): bigint {
  const duration = text === "0" ? undefined : durationOf(text);
  // As docker, which passes whole seconds on.
  if (duration !== undefined) return BigInt(Math.floor((now - duration / 1e6) / 1000)) * SECOND;
  try {
    return parseDate(text);
  } catch (error) {
    if (text.includes("-")) throw error;
  }
  const [, seconds, fraction = ""] = /^(\+?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (seconds === undefined || BigInt.asIntN(64, BigInt(seconds)) !== BigInt(seconds)) {
    throw new Error(`failed to parse value as time or duration: ${quote(text)}`);
  }
  return BigInt(seconds) * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
}

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof InvalidError) return undefined;
    throw error;
  }
}

/** A part of a date: what Go's layouts call it, and its digits. */
type Part = readonly [layout: string, pattern: RegExp, range?: readonly [string, number, number]];

const DATE: readonly Part[] = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d\d/, ["month", 1, 12]],
  ["-", /^-/],
  ["02", /^\d\d/, ["day", 1, 31]],
];
const HOUR: readonly Part[] = [["T", /^T/], ["15", /^\d\d/, ["hour", 0, 23]]];
const MINUTE: readonly Part[] = [[":", /^:/], ["04", /^\d\d/, ["minute", 0, 59]]];
const SECONDS: readonly Part[] = [[":", /^:/], ["05", /^\d\d/, ["second", 0, 59]]];
/** Go takes a fraction after the seconds whether its layout has one or not. */
const FRACTION: Part = ["", /^(?:[.,]\d+)?/];
const ZONE: Part = ["Z07:00", /^(?:Z|[+-]\d\d:\d\d)/];

/** Which layout docker's client reads a text with. */
function layoutOf(text: string): readonly Part[] {
  const zoned = /[zZ+]/.test(text) || text.split("-").length === 4;
  const end = zoned ? [ZONE] : [];
  let colons = text.split(":").length - 1;
  if (zoned && !/[zZ]/.test(text) && colons > 0) colons--;
  if (!text.includes("T") && !text.includes(".")) return [...DATE, ...end];
  if (text.includes(".") || colons > 1) {
    return [...DATE, ...HOUR, ...MINUTE, ...SECONDS, FRACTION, ...end];
  }
  return [...DATE, ...HOUR, ...colons === 1 ? MINUTE : [], ...end];
}

/** Throws an Error in the words of Go's time.Parse. */
function parseDate(text: string): bigint {
  const layout = layoutOf(text), found = new Map<string, string>();
  const fail = (what: string) => new Error(`parsing time ${quote(text)}${what}`);
  let rest = text;
  for (const [name, pattern, range] of layout) {
    const [match] = pattern.exec(rest) ?? [];
    if (match === undefined) {
      const whole = layout.map(([part]) => part).join("");
      throw fail(` as ${quote(whole)}: cannot parse ${quote(rest)} as ${quote(name)}`);
    }
    if (range && (Number(match) < range[1] || Number(match) > range[2])) {
      throw fail(`: ${range[0]} out of range`);
    }
    found.set(name, match);
    rest = rest.slice(match.length);
  }
  if (rest !== "") throw fail(`: extra text: ${quote(rest)}`);
  const part = (name: string) => found.get(name) ?? "00";
  const date = `${part("2006")}-${part("01")}-${part("02")}`;
  if (new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(part("02"))) {
    throw fail(": day out of range");
  }
  const zone = found.get("Z07:00") ?? "";
  if (Number(zone.slice(1, 3)) > 24) throw fail(": time zone offset hour out of range");
  const time = `${date}T${part("15")}:${part("04")}:${part("05")}${zone}`;
  const fraction = (found.get("") ?? "").slice(1, 10).padEnd(9, "0");
  return BigInt(new Date(time).getTime()) * 1_000_000n + BigInt(fraction);
}

/** RFC 3339 in UTC with all nine digits of a second: such texts can be compared. Years outside of 0 to 9999 become these. */
export function formatNineDigits(nanoseconds: bigint): string {
  const FIRST = -62167219200n * SECOND, LAST = 253402300800n * SECOND - 1n;
  const time = nanoseconds < FIRST ? FIRST : nanoseconds > LAST ? LAST : nanoseconds;
  const fraction = ((time % SECOND) + SECOND) % SECOND;
  const milliseconds = Number((time - fraction) / SECOND) * 1000;
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${
    String(fraction).padStart(9, "0")
  }Z`;
}
