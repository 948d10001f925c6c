/** How docker's parser cuts a line into words. Quotes and escapes are kept; expand.ts resolves them. */

import type { EscapeToken } from "./dockerfile.ts";

/** What separates words where no quotes count. */
export const WHITESPACE = /[\t\v\f\r ]+/;

const SPACE = /\p{White_Space}/u;

/** Words between white space; in quotes and after an escape, white space is part of the word. */
export function splitWords(text: string, escapeToken: EscapeToken): string[] {
  const words: string[] = [];
  let word = "", quote = "", isWord = false;
  const finish = () => {
    if (isWord) words.push(word);
    word = "";
    isWord = false;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quote === "" && SPACE.test(character)) {
      finish();
      continue;
    }
    if (character === escapeToken && quote !== "'") {
      if (at + 1 === text.length) break; // an escape with nothing to escape is dropped
      word += character + text[++at];
      isWord = true;
      continue;
    }
    if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = "";
    word += character;
    isWord = true;
  }
  finish();
  return words;
}

/** Words between white space, whatever is in them. */
export function splitAtWhitespace(text: string): string[] {
  return text === "" ? [] : text.split(WHITESPACE);
}

/** Takes off the words at the start that begin with `--`, here without their quotes; `--` alone ends them and is dropped. */
export function splitFlags(text: string): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && SPACE.test(text[at])) at++;
    if (!text.startsWith("--", at)) return { flags, rest: text.slice(at) };
    const { word, end } = readFlag(text, at);
    at = end;
    if (word === "--") return { flags, rest: text.slice(at) };
    flags.push(word);
  }
}

/** Unlike in arguments, the escape is always the backslash, and also works within single quotes. */
function readFlag(text: string, start: number): { word: string; end: number } {
  let word = "", quote = "", at = start;
  for (; at < text.length; at++) {
    const character = text[at];
    if (quote === "" && SPACE.test(character)) break;
    if (character === "\\") word += text[++at] ?? "";
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
    else word += character;
  }
  return { word, end: at };
}
