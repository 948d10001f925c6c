/** Patterns in substitutions, `${NAME%.*}`: `*` is any text, `?` any character (POSIX, Shell Command Language 2.13, without brackets). */

import { InvalidError } from "../../storage/errors.ts";

type Token = "any text" | "any character" | { readonly literal: string };
export type Pattern = readonly Token[];

/** How many comparisons a match may take, so that no file keeps a machine busy. */
const MAX_COMPARISONS = 1e7;

/** Reads a pattern; a backslash takes `*`, `?`, `}`, `/` and itself their meaning. Throws InvalidError. */
export function parsePattern(text: string): Pattern {
  const tokens: Token[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at];
    if (character === "*") {
      if (tokens.at(-1) !== "any text") tokens.push("any text");
    } else if (character === "?") tokens.push("any character");
    else if (character !== "\\") tokens.push({ literal: character });
    else {
      const escaped = characters[++at] ?? "";
      if (!/^[*?}/\\]$/.test(escaped)) {
        throw new InvalidError(
          `invalid pattern (${text}) in substitution: invalid escape '\\${escaped}'`,
        );
      }
      tokens.push({ literal: escaped });
    }
  }
  return tokens;
}

export function withoutPrefix(value: string, pattern: Pattern, isGreedy: boolean): string {
  return stripped([...value], pattern, isGreedy).join("");
}

export function withoutSuffix(value: string, pattern: Pattern, isGreedy: boolean): string {
  const backwards = stripped([...value].reverse(), pattern.toReversed(), isGreedy);
  return backwards.reverse().join("");
}

function stripped(characters: string[], pattern: Pattern, isGreedy: boolean): string[] {
  const end = new Matcher(characters, pattern).findEnd(0, isGreedy);
  return end === undefined ? characters : characters.slice(end);
}

/** The value with the first of the longest matches replaced, or all of them. */
export function replaceMatches(
  value: string,
  pattern: Pattern,
  replacement: string,
  isGlobal: boolean,
): string {
  const characters = [...value], matcher = new Matcher(characters, pattern);
  let result = "", at = 0, lastEnd = -1;
  while (at <= characters.length) {
    const end = matcher.findEnd(at, true);
    const isMatch = end !== undefined && !(end === at && at === lastEnd);
    if (isMatch) {
      result += replacement;
      lastEnd = end;
      if (!isGlobal) return result + characters.slice(end).join("");
    }
    // After an empty match, or none, the next character stays as it is.
    if (isMatch && end > at) at = end;
    else result += characters[at++] ?? "";
  }
  return result;
}

class Matcher {
  #comparisons = 0;

  constructor(
    private readonly characters: readonly string[],
    private readonly pattern: Pattern,
  ) {}

  /**
   * Where the shortest or the longest match that begins here ends. All ways to match are followed at once, so that it takes
   * at most one comparison for each token and character.
   */
  findEnd(start: number, isGreedy: boolean): number | undefined {
    const { pattern, characters } = this;
    let end: number | undefined, states = this.#reach([0]);
    for (let at = start;; at++) {
      if (states.has(pattern.length)) {
        end = at;
        if (!isGreedy) return end;
      }
      if (states.size === 0 || at >= characters.length) return end;
      this.#comparisons += states.size;
      if (this.#comparisons > MAX_COMPARISONS) {
        throw new InvalidError("the pattern takes too long to match");
      }
      states = this.#step(states, characters[at]);
    }
  }

  #step(states: ReadonlySet<number>, character: string): Set<number> {
    const next: number[] = [];
    for (const state of states) {
      const token = this.pattern[state];
      if (token === undefined) continue;
      if (token === "any text") next.push(state);
      else if (token === "any character" || token.literal === character) next.push(state + 1);
    }
    return this.#reach(next);
  }

  /** With what can be reached by matching nothing. */
  #reach(states: readonly number[]): Set<number> {
    const reached = new Set<number>();
    for (let state of states) {
      reached.add(state);
      while (this.pattern[state] === "any text") reached.add(++state);
    }
    return reached;
  }
}
