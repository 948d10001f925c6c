/** Durations as Go writes and reads them: `1h30m`, `1.5s`, `300ms`. */

import { InvalidError } from "../../storage/errors.ts";

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "µs": 1e3, // U+00B5, the micro sign
  "μs": 1e3, // U+03BC, the Greek letter
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Go's largest duration, about 292 years. */
const LIMIT = 2 ** 63;

/** Parses a duration; returns nanoseconds. Throws InvalidError in the words of Go's time.ParseDuration. */
export function parseDuration(text: string): number {
  const invalid = () => new InvalidError(`time: invalid duration ${JSON.stringify(text)}`);
  const [, sign, body] = /^([-+]?)(.*)$/s.exec(text)!;
  if (body === "0") return 0;
  let total = 0, rest = body;
  do {
    const [part, whole, fraction, unit] = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(rest)!;
    if (!whole && !fraction) throw invalid();
    if (unit === "") {
      throw new InvalidError(`time: missing unit in duration ${JSON.stringify(text)}`);
    }
    if (!Object.hasOwn(NANOSECONDS, unit)) {
      const quoted = JSON.stringify(unit);
      throw new InvalidError(`time: unknown unit ${quoted} in duration ${JSON.stringify(text)}`);
    }
    const scale = NANOSECONDS[unit];
    total += Number(whole) * scale + Math.floor(Number(`0.${fraction ?? ""}0`) * scale);
    if (total >= LIMIT) throw invalid();
    rest = rest.slice(part.length);
  } while (rest !== "");
  return sign === "-" ? -total : total;
}

/** Nanoseconds as Go's Duration.String has them: `1h0m30s`, `1.5s`, `500ms`. */
export function formatDuration(nanoseconds: number): string {
  const magnitude = Math.abs(nanoseconds);
  const sign = nanoseconds < 0 ? "-" : "";
  if (magnitude === 0) return "0s";
  if (magnitude < 1e3) return `${sign}${magnitude}ns`;
  if (magnitude < 1e6) return `${sign}${magnitude / 1e3}µs`;
  if (magnitude < 1e9) return `${sign}${magnitude / 1e6}ms`;
  const wholeSeconds = Math.floor(magnitude / 1e9);
  const fraction = String(magnitude % 1e9).padStart(9, "0").replace(/0+$/, "");
  const hours = Math.floor(wholeSeconds / 3600);
  const minutes = Math.floor(wholeSeconds / 60) % 60;
  let text = `${wholeSeconds % 60}${fraction === "" ? "" : "." + fraction}s`;
  if (wholeSeconds >= 60) text = `${minutes}m${text}`;
  if (hours > 0) text = `${hours}h${text}`;
  return sign + text;
}
