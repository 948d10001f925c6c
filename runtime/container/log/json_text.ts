/**
 * Bytes inside a JSON string and back, without a way through JavaScript's strings.
 *
 * What a container writes need not be UTF-8. Docker stores a byte that is none as U+FFFD, and it is lost. Box stores it as
 * `\udc80` to `\udcff`, a surrogate without its partner (as Python's surrogateescape does, PEP 383): every JSON parser takes it,
 * docker's reader shows U+FFFD as it would have anyway, and box gives the byte back. Nothing else can become such an escape,
 * for a surrogate is not UTF-8 either.
 */

const NEWLINE = 10, QUOTE = 34, BACKSLASH = 92, LETTER_U = 117;
const HEX = new TextEncoder().encode("0123456789abcdef");

/** The longest that a byte becomes: `\u0000`. */
export const LONGEST_ESCAPE = 6;

const PLAIN = 0, NUMBERED = 1;

/** How Go's encoding/json writes each ASCII character: as it is, by number, or as a backslash and this letter. */
const asciiForms = new Uint8Array(128);
asciiForms.fill(NUMBERED, 0, 32);
for (const character of "<>&") asciiForms[character.charCodeAt(0)] = NUMBERED;
for (const [character, letter] of ["\nn", "\rr", '""', "\\\\"]) {
  asciiForms[character.charCodeAt(0)] = letter.charCodeAt(0);
}

/** How far a text was written: places after the last byte read and after the last one written. */
export const written = { source: 0, target: 0 };

/**
 * Writes one line of `source`, up to and with its newline or to `end`, at this place of `target`, which must have room for
 * LONGEST_ESCAPE times as many bytes. With `more`, a character that `end` cuts is left for the next time. Returns whether the
 * line ended; `written` says where.
 */
export function escapeLine(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  more: boolean,
): boolean {
  let from = start, to = at, ended = false;
  while (from < end && !ended) {
    const byte = source[from];
    if (byte < 0x80) {
      const form = asciiForms[byte];
      if (form === PLAIN) target[to++] = byte;
      else if (form === NUMBERED) to = escapeNumber(byte, target, to);
      else {
        target[to++] = BACKSLASH;
        target[to++] = form;
        ended = byte === NEWLINE;
      }
      from++;
      continue;
    }
    const length = characterLength(source, from, end);
    if (length === CUT_OFF && more && from > start) break;
    if (length <= 0) {
      to = escapeNumber(0xdc00 | byte, target, to);
      from++;
    } else if (isLineSeparator(source, from, length)) {
      to = escapeNumber(0x2000 | source[from + 2] - 0x80, target, to);
      from += length;
    } else {
      const last = from + length;
      while (from < last) target[to++] = source[from++];
    }
  }
  written.source = from;
  written.target = to;
  return ended;
}

function escapeNumber(number: number, target: Uint8Array, at: number): number {
  target[at] = BACKSLASH;
  target[at + 1] = LETTER_U;
  target[at + 2] = HEX[number >> 12];
  target[at + 3] = HEX[number >> 8 & 15];
  target[at + 4] = HEX[number >> 4 & 15];
  target[at + 5] = HEX[number & 15];
  return at + 6;
}

/** U+2028 and U+2029, which Go escapes because JavaScript once ended lines at them. */
function isLineSeparator(source: Uint8Array, at: number, length: number): boolean {
  return length === 3 && source[at] === 0xe2 && source[at + 1] === 0x80 &&
    (source[at + 2] | 1) === 0xa9;
}

const CUT_OFF = -1;

/** The length in bytes of the UTF-8 character that begins here (RFC 3629); 0 for what is none, CUT_OFF if `end` comes first. */
function characterLength(source: Uint8Array, at: number, end: number): number {
  const first = source[at];
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0) return 0;
  // No longer form than needed, no surrogates, nothing above U+10FFFF.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    if (at + i >= end) return CUT_OFF;
    const byte = source[at + i];
    if (i === 1 ? byte < least || byte > most : byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}

/** The place of the quote that ends the string which begins at `start`, or -1. */
export function endOfString(source: Uint8Array, start: number, end: number): number {
  for (let quote = start;; quote++) {
    quote = source.indexOf(QUOTE, quote);
    if (quote < 0 || quote >= end) return -1;
    let backslashes = 0;
    while (quote - backslashes > start && source[quote - backslashes - 1] === BACKSLASH) {
      backslashes++;
    }
    if (backslashes % 2 === 0) return quote;
  }
}

/** What the letter after a backslash stands for; 0 where it is the character itself. */
const escapes = new Uint8Array(256);
for (const [letter, character] of ["b\b", "f\f", "n\n", "r\r", "t\t"]) {
  escapes[letter.charCodeAt(0)] = character.charCodeAt(0);
}

/**
 * Writes the bytes that the inside of a JSON string stands for, never more than it has, at this place of `target`; returns the
 * place after them.
 */
export function unescapeString(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  let to = at;
  for (let from = start; from < end;) {
    const byte = source[from++];
    if (byte !== BACKSLASH) {
      target[to++] = byte;
      continue;
    }
    const letter = source[from++];
    if (letter !== LETTER_U) {
      target[to++] = escapes[letter] || letter;
      continue;
    }
    let unit = hexadecimal(source, from);
    from += 4;
    if (unit >= 0xd800 && unit < 0xdc00 && source[from] === BACKSLASH) {
      const low = hexadecimal(source, from + 2);
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + (unit - 0xd800 << 10 | low - 0xdc00);
        from += 6;
      }
    }
    to = putCharacter(unit, target, to);
  }
  return to;
}

function hexadecimal(source: Uint8Array, at: number): number {
  let number = 0;
  for (let i = at; i < at + 4; i++) {
    const digit = source[i];
    number = number << 4 | (digit & 15) + (digit > 57 ? 9 : 0);
  }
  return number;
}

/** A character in UTF-8, or the byte that an escape of box's stands for. */
function putCharacter(unit: number, target: Uint8Array, at: number): number {
  let to = at;
  if (unit < 0x80) {
    target[to++] = unit;
  } else if (unit >= 0xdc80 && unit <= 0xdcff) {
    target[to++] = unit & 0xff;
  } else if (unit < 0x800) {
    target[to++] = 0xc0 | unit >> 6;
    target[to++] = 0x80 | unit & 63;
  } else if (unit < 0x10000) {
    const character = unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit;
    target[to++] = 0xe0 | character >> 12;
    target[to++] = 0x80 | character >> 6 & 63;
    target[to++] = 0x80 | character & 63;
  } else {
    target[to++] = 0xf0 | unit >> 18;
    target[to++] = 0x80 | unit >> 12 & 63;
    target[to++] = 0x80 | unit >> 6 & 63;
    target[to++] = 0x80 | unit & 63;
  }
  return to;
}
