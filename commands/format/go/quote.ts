/** strconv.Quote and strconv.Unquote. */
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** What unicode.IsPrint accepts: letters, marks, numbers, punctuation, symbols and the space. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const shortEscapes: Record<string, string> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

/** The text as a Go string literal; `ascii` escapes everything beyond ASCII too. */
export function quote(text: string, ascii = false): string {
  let quoted = '"';
  for (const character of text) {
    quoted += character === '"' ? '\\"' : escapeCharacter(character, ascii);
  }
  return quoted + '"';
}

/** The code point as a Go character literal. */
export function quoteCodePoint(codePoint: number, ascii = false): string {
  const valid = codePoint >= 0 && codePoint <= 0x10ffff;
  const character = valid ? String.fromCodePoint(codePoint) : "\ufffd";
  return `'${character === "'" ? "\\'" : escapeCharacter(character, ascii)}'`;
}

/** A raw string cannot hold a backquote, a control character other than the tab, or U+FEFF. */
export function canBackquote(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[\x00-\x08\x0a-\x1f`\x7f\ufeff]/.test(text);
}

export function isPrintable(character: string): boolean {
  const codePoint = character.codePointAt(0)!;
  // V8 takes some 5 ms to make the expression: what `ps` shows has ASCII and the ellipsis, which is among these dashes and dots.
  if (codePoint < 0x7f) return codePoint >= 0x20;
  if (codePoint >= 0x2010 && codePoint <= 0x2027) return true;
  return printable.test(character);
}

function escapeCharacter(character: string, ascii: boolean): string {
  if (character in shortEscapes) return shortEscapes[character];
  const codePoint = character.codePointAt(0)!;
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return ascii ? "\\ufffd" : "\ufffd";
  if (ascii ? codePoint < 0x7f && codePoint >= 0x20 : isPrintable(character)) return character;
  if (codePoint < 0x20 || codePoint === 0x7f) return "\\x" + hex(codePoint, 2);
  return codePoint < 0x10000 ? "\\u" + hex(codePoint, 4) : "\\U" + hex(codePoint, 8);
}

function hex(codePoint: number, digits: number): string {
  return codePoint.toString(16).padStart(digits, "0");
}

const simpleEscapes: Record<string, number> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
};

/** Reads a quoted Go literal: "interpreted" or `raw`. Returns `undefined` where it is malformed. */
export function unquote(literal: string): string | undefined {
  const mark = literal[0];
  const body = literal.slice(1, -1);
  if (mark === "`") return body.replaceAll("\r", "");
  const bytes: number[] = [];
  for (let index = 0; index < body.length;) {
    const element = unquoteElement(body, index, '"');
    if (element === undefined) return undefined;
    if (element.isByte) bytes.push(element.code);
    else bytes.push(...encodeUtf8(String.fromCodePoint(element.code)));
    index = element.end;
  }
  return decodeUtf8(new Uint8Array(bytes));
}

export interface LiteralElement {
  /** A code point, or one byte of a string that need not be valid UTF-8 (`\xff`, `\377`). */
  code: number;
  isByte: boolean;
  end: number;
}

/** Reads the character or escape sequence at the index; `undefined` where it is malformed. */
export function unquoteElement(
  text: string,
  index: number,
  mark: '"' | "'",
): LiteralElement | undefined {
  const code = text.codePointAt(index);
  if (code === undefined || text[index] === "\n" || text[index] === mark) return undefined;
  if (text[index] !== "\\") {
    return { code, isByte: false, end: index + (code > 0xffff ? 2 : 1) };
  }
  const letter = text[index + 1];
  if (letter === mark) return { code: mark.charCodeAt(0), isByte: false, end: index + 2 };
  if (letter in simpleEscapes) {
    return { code: simpleEscapes[letter], isByte: false, end: index + 2 };
  }
  return numericEscape(text, index + 1);
}

function numericEscape(text: string, index: number): LiteralElement | undefined {
  const match = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/
    .exec(text.slice(index, index + 9));
  if (match === null) return undefined;
  const end = index + match[0].length;
  const [, byte, short, long, octal] = match;
  if (byte !== undefined) return { code: parseInt(byte, 16), isByte: true, end };
  const code = octal === undefined ? parseInt(short ?? long, 16) : parseInt(octal, 8);
  if (octal !== undefined) return code > 0xff ? undefined : { code, isByte: true, end };
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? { code, isByte: false, end } : undefined;
}
