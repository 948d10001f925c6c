/** Package fmt's way with strings: the verbs v, s, q, x and X. */
import { type Directive, pad } from "./directive.ts";
import { canBackquote, quote } from "./quote.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Formats a string; `undefined` where the verb is not one for strings. */
export function formatString(text: string, directive: Directive): string | undefined {
  switch (directive.verb) {
    case "v":
    case "s":
      return pad(truncate(text, directive), directive);
    case "q":
      return pad(quoted(truncate(text, directive), directive), directive);
    case "x":
    case "X":
      return pad(hexadecimal(text, directive), directive);
    default:
      return undefined;
  }
}

function truncate(text: string, { precision }: Directive): string {
  return precision === undefined ? text : [...text].slice(0, precision).join("");
}

function quoted(text: string, directive: Directive): string {
  if (directive.sharp && canBackquote(text)) return "`" + text + "`";
  return quote(text, directive.plus);
}

function hexadecimal(text: string, { verb, precision, sharp, space }: Directive): string {
  const prefix = sharp ? "0x" : "";
  const bytes = [...encodeUtf8(text)].slice(0, precision)
    .map((byte) => byte.toString(16).padStart(2, "0"));
  if (bytes.length === 0) return "";
  const joined = space ? bytes.map((byte) => prefix + byte).join(" ") : prefix + bytes.join("");
  return verb === "X" ? joined.toUpperCase() : joined;
}
