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
