/** Numbers and characters as Go's template parser reads them. */
import { quote, unquoteElement } from "../go/quote.ts";
import type { NumberNode } from "./nodes.ts";

const largestInteger = 2n ** 63n - 1n;
const largestUnsigned = 2n ** 64n - 1n;

const integer =
  /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;
const float = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** Reads a number token. Throws an Error with Go's words where it is malformed. */
export function parseNumber(text: string, position: number): NumberNode {
  const node = { kind: "number", text, position } as const;
  if (integer.test(text)) {
    const value = parseInteger(text);
    if (value <= largestInteger && value >= -largestInteger - 1n) {
      return { ...node, integer: narrow(value) };
    }
    // Too large for an int: the parser takes it and the execution refuses it.
    if (value > 0 && value <= largestUnsigned && !text.startsWith("+")) return node;
    throw new Error(`integer overflow: ${quote(text)}`);
  }
  const value = Number(text);
  if (!float.test(text) || !Number.isFinite(value)) {
    throw new Error(`illegal number syntax: ${quote(text)}`);
  }
  // What looks like an integer and is none has a bad octal digit.
  if (!/[.eE]/.test(text)) throw new Error(`integer overflow: ${quote(text)}`);
  const isWhole = Number.isInteger(value) && Math.abs(value) < 2 ** 63;
  return { ...node, float: value, ...(isWhole ? { integer: narrow(BigInt(value)) } : {}) };
}

/** Reads a character constant such as 'a' or '\n', which is a number. */
export function parseCharacter(text: string, position: number): NumberNode {
  const element = unquoteElement(text, 1, "'");
  if (element === undefined) throw new Error("invalid syntax");
  if (element.end !== text.length - 1) throw new Error(`malformed character constant: ${text}`);
  return { kind: "number", text, position, integer: element.code };
}

function parseInteger(text: string): bigint {
  const isNegative = text.startsWith("-");
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  // A leading zero alone means octal, as in C.
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? "0o" + digits.slice(1) : digits);
  return isNegative ? -magnitude : magnitude;
}

/** A plain number where that is exact. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
