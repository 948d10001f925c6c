/** The patterns of Go's path.Match, with which docker's users choose image names. */

import { InvalidError } from "./errors.ts";

/**
 * Compiles `*`, `?`, `[a-z]`, `[^a]` and backslash, of which only a character class matches a
 * slash. Throws InvalidError in Go's words for what is none of its patterns.
 */
export function compilePathPattern(pattern: string): RegExp {
  return new RegExp(`^${new PatternReader(pattern).translate()}$`, "su");
}

class PatternReader {
  readonly #characters: string[];

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  translate(): string {
    let expression = "";
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      if (next === "*") expression += "[^/]*";
      else if (next === "?") expression += "[^/]";
      else if (next === "[") expression += this.#readClass();
      else expression += escaped(next === "\\" ? this.#take() ?? fail() : next);
    }
    return expression;
  }

  #take(): string | undefined {
    return this.#characters.shift();
  }

  #takeIf(wanted: string): boolean {
    if (this.#characters[0] !== wanted) return false;
    this.#characters.shift();
    return true;
  }

  /** What follows a bracket: single characters and ranges, at least one of them. */
  #readClass(): string {
    const negated = this.#takeIf("^");
    let ranges = "", isEmpty = true;
    while (isEmpty || !this.#takeIf("]")) {
      isEmpty = false;
      const first = this.#readMember(), last = this.#takeIf("-") ? this.#readMember() : first;
      // A range the wrong way around is allowed, and matches nothing.
      if (first.codePointAt(0)! <= last.codePointAt(0)!) {
        ranges += `${escaped(first)}-${escaped(last)}`;
      }
    }
    return `[${negated ? "^" : ""}${ranges}]`;
  }

  #readMember(): string {
    const next = this.#take();
    if (next === undefined || next === "-" || next === "]") fail();
    return next === "\\" ? this.#take() ?? fail() : next;
  }
}

/** A character as itself, inside and outside a class. */
function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function fail(): never {
  throw new InvalidError("syntax error in pattern");
}
