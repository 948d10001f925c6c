/** Package fmt's way with integers and floats. */
import { type Directive, pad } from "./directive.ts";
import { formatFloat } from "./float.ts";
import { isPrintable, quoteCodePoint } from "./quote.ts";

const radixes: Record<string, number> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const radixPrefixes: Record<string, string> = { b: "0b", o: "0", O: "0o", x: "0x", X: "0X" };

/** Formats an integer; `undefined` where the verb is not one for integers. */
export function formatInteger(value: number | bigint, directive: Directive): string | undefined {
  const { verb } = directive;
  if (verb in radixes) return formatDigits(value, directive);
  const codePoint = Number(value);
  const character = codePoint >= 0 && codePoint <= 0x10ffff
    ? String.fromCodePoint(codePoint)
    : "\ufffd";
  switch (verb) {
    case "c":
      return pad(character, directive);
    case "q":
      return pad(quoteCodePoint(codePoint, directive.plus), directive);
    case "U": {
      const name = "U+" + codePoint.toString(16).toUpperCase().padStart(4, "0");
      const glyph = directive.sharp && isPrintable(character) ? ` '${character}'` : "";
      return pad(name + glyph, { ...directive, zero: false });
    }
    default:
      return undefined;
  }
}

function formatDigits(value: number | bigint, directive: Directive): string {
  const { verb, precision, width } = directive;
  const sign = value < 0 ? "-" : positiveSign(directive);
  const unpadded = { ...directive, zero: false };
  // As in C, a zero with precision 0 has no digits.
  if (precision === 0 && Number(value) === 0) return pad("", unpadded);
  const prefixed = verb === "O" || (directive.sharp && verb !== "v" && verb !== "d");
  let digits = (value < 0 ? -value : value).toString(radixes[verb]);
  if (verb === "X") digits = digits.toUpperCase();
  const minimum = precision ??
    (directive.zero && width !== undefined ? width - sign.length : 0);
  digits = digits.padStart(minimum, "0");
  let prefix = prefixed ? radixPrefixes[verb] : "";
  if (verb === "o" && digits.startsWith("0")) prefix = "";
  return pad(sign + prefix + digits, unpadded);
}

/** Formats a float; `undefined` where the verb is not one for floats. */
export function formatFloatDirective(value: number, directive: Directive): string | undefined {
  const { verb, precision, width } = directive;
  const text = floatText(value, verb, precision);
  if (text === undefined) return undefined;
  const sign = /^[+-]/.exec(text)?.[0] ?? positiveSign(directive);
  const magnitude = text.replace(/^[+-]/, "");
  if (directive.zero && width !== undefined && Number.isFinite(value)) {
    return sign + magnitude.padStart(width - sign.length, "0");
  }
  return pad(sign + magnitude, { ...directive, zero: false });
}

/** With the verb v the plus flag asks for field names, not for signs. */
function positiveSign({ verb, plus, space }: Directive): string {
  if (plus && verb !== "v") return "+";
  return space ? " " : "";
}

function floatText(value: number, verb: string, precision?: number): string | undefined {
  switch (verb) {
    case "v":
    case "g":
      return formatFloat(value, "g", precision);
    case "G":
      return formatFloat(value, "g", precision).toUpperCase();
    case "e":
      return formatFloat(value, "e", precision);
    case "E":
      return formatFloat(value, "e", precision).toUpperCase();
    case "f":
    case "F":
      return formatFloat(value, "f", precision);
    default:
      return undefined;
  }
}
