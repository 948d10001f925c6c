/** What follows an instruction's name: each has its own grammar for it (Dockerfile reference). */

import { InvalidError } from "../../storage/errors.ts";
import type { EscapeToken } from "./dockerfile.ts";
import { splitAtWhitespace, splitWords, WHITESPACE } from "./words.ts";

export interface ArgumentWords {
  /** For ENV and LABEL, names and values in turn. */
  readonly words: readonly string[];
  /** Whether they are written as a JSON array. */
  readonly isJson: boolean;
}

type Grammar = (text: string, escapeToken: EscapeToken) => ArgumentWords;

const plain = (words: readonly string[]): ArgumentWords => ({ words, isJson: false });

const whole: Grammar = (text) => plain(text === "" ? [] : [text]);
const spaced: Grammar = (text) => plain(splitAtWhitespace(text));
const quoted: Grammar = (text, escapeToken) => plain(splitWords(text, escapeToken));
const json = (otherwise: Grammar): Grammar => (text, escapeToken) =>
  parseJsonWords(text) ?? otherwise(text, escapeToken);

const grammars: Readonly<Record<string, Grammar>> = {
  add: json(spaced),
  arg: quoted,
  cmd: json(whole),
  copy: json(spaced),
  entrypoint: json(whole),
  env: (text, escapeToken) => plain(splitPairs("ENV", text, escapeToken)),
  expose: spaced,
  from: spaced,
  healthcheck: splitHealthcheck,
  label: (text, escapeToken) => plain(splitPairs("LABEL", text, escapeToken)),
  maintainer: whole,
  onbuild: whole,
  run: json(whole),
  shell: json(whole),
  stopsignal: whole,
  user: whole,
  volume: json(spaced),
  workdir: whole,
};

/** Applies the grammar of an instruction; one that is unknown has no arguments. */
export function splitArguments(
  name: string,
  text: string,
  escapeToken: EscapeToken,
): ArgumentWords {
  return Object.hasOwn(grammars, name) ? grammars[name](text, escapeToken) : plain([]);
}

/** An array without arrays or objects in it. */
const FLAT_ARRAY = /^\[(?:"(?:[^"\\]|\\.)*"|[^"[\]{}])*\]/s;

/**
 * A JSON array of strings; docker reads it to its end and does not look at what follows. What is no array is undefined, for
 * it may be shell words; an array of something else is an error.
 */
function parseJsonWords(text: string): ArgumentWords | undefined {
  if (!text.startsWith("[")) return undefined;
  let words: unknown;
  try {
    words = JSON.parse(FLAT_ARRAY.exec(text)?.[0] ?? text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string")) {
    throw new InvalidError(
      "when using JSON array syntax, arrays must be comprised of strings only",
    );
  }
  return { words: words.map((word) => word.toWellFormed()), isJson: true };
}

/** `name=value` any number of times, or in the old form one name and, up to the end of the line, its value. */
function splitPairs(instruction: string, text: string, escapeToken: EscapeToken): string[] {
  const words = splitWords(text, escapeToken);
  if (words.length === 0) return [];
  if (!words[0].includes("=")) {
    const space = WHITESPACE.exec(text);
    if (space === null) throw new InvalidError(`${instruction} must have two arguments`);
    return [text.slice(0, space.index), text.slice(space.index + space[0].length)];
  }
  return words.flatMap((word) => {
    const equals = word.indexOf("=");
    if (equals < 0) {
      throw new InvalidError(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      );
    }
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

/** The kind of check, and what is a command line. */
function splitHealthcheck(text: string, escapeToken: EscapeToken): ArgumentWords {
  const [, kind, rest] = /^(\P{White_Space}*)\p{White_Space}*(.*)$/su.exec(text)!;
  if (kind === "") return plain([]);
  const { words, isJson } = json(whole)(rest, escapeToken);
  return { words: [kind, ...words], isJson };
}
