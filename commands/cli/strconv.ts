/**
 * The conversions of Go's strconv package, whose words a Docker user knows from
 * `invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax`.
 */

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

const INT64_MAX = 2n ** 63n - 1n;

// With base 0 strconv takes the base from the prefix and allows one underscore between digits.
const INTEGER =
  /^[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO](_?[0-7])+|0(_?[0-7])+|[1-9](_?[0-9])*|0)$/;

/** Reads a boolean as strconv.ParseBool does. Throws an Error in its words. */
export function parseBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`);
}

/** Reads an integer as strconv.ParseInt(text, 0, 64) does. Throws an Error in its words. */
export function parseInteger(text: string): number {
  if (!INTEGER.test(text)) {
    throw new Error(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  }
  const negative = text.startsWith("-");
  const magnitude = BigInt(
    text.replace(/^[+-]/, "").replaceAll("_", "").replace(/^0(?=[0-7])/, "0o"),
  );
  if (magnitude > (negative ? INT64_MAX + 1n : INT64_MAX)) {
    throw new Error(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  }
  return Number(negative ? -magnitude : magnitude);
}

/** Quotes a text as strconv.Quote (the verb %q) does. */
export function quote(text: string): string {
  // JSON agrees with Go except for control characters: Go writes \x1b, \a and \v.
  return JSON.stringify(text)
    .replaceAll("\x7f", "\\x7f")
    .replace(/\\(?:u00([0-9a-f]{2})|(.))/g, (escape, hex: string | undefined) => {
      if (hex === undefined) return escape;
      return hex === "07" ? "\\a" : hex === "0b" ? "\\v" : `\\x${hex}`;
    });
}
