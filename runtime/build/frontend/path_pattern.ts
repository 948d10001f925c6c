/**
 * Patterns of .dockerignore: `*` and `?` within one part of a path, `**` over any number of them, `[a-z]`, and the backslash
 * (Go's path.Match, moby's patternmatcher). All ways to match are followed at once, so that no pattern takes long.
 */

import { InvalidError } from "../../../storage/errors.ts";

export interface PathPattern {
  matches(path: string): boolean;
  /** Whether it could match something in this directory. */
  mayMatchBelow(directory: string): boolean;
}

type Token =
  | { readonly kind: "literal"; readonly character: string }
  /** `?` */
  | { readonly kind: "one" }
  /** `*` */
  | { readonly kind: "within a part" }
  /** `**` at the end */
  | { readonly kind: "everything" }
  /** `**` before something: nothing, or whole parts */
  | { readonly kind: "parts" }
  /** `**x` at the start, which docker matches with the end of any path. */
  | { readonly kind: "any start" }
  | { readonly kind: "class"; readonly isNegated: boolean; readonly ranges: readonly Range[] };

type Range = readonly [first: string, last: string];

/** Parses a clean path. Throws InvalidError for a bracket that is not closed, or an escape of nothing. */
export function parsePathPattern(text: string): PathPattern {
  if (!/[*?[\]\\]/.test(text)) return literalPattern(text);
  const automaton = new Automaton(tokensOf(text)), matches = simpleMatch(text);
  if (matches === undefined) return automaton;
  return { matches, mayMatchBelow: (directory) => automaton.mayMatchBelow(directory) };
}

// What most patterns that are no names are: a name or the end of one, at the top (*.o) or anywhere (**/NAME, **/*.o).
function simpleMatch(text: string): ((path: string) => boolean) | undefined {
  const [, anywhere, star, end] = /^(\*\*\/)?(\*)?([^*?[\]\\/]+)$/.exec(text) ?? [];
  if (end === undefined) return undefined;
  if (star === undefined) return (path) => path.endsWith(end) && (`/${path}`).endsWith(`/${end}`);
  if (anywhere !== undefined) return (path) => path.endsWith(end);
  return (path) => path.endsWith(end) && !path.includes("/");
}

/** Most patterns are names. */
function literalPattern(text: string): PathPattern {
  return {
    matches: (path) => path === text,
    mayMatchBelow: (directory) => text.startsWith(`${directory}/`),
  };
}

function tokensOf(text: string): Token[] {
  const characters = [...text], tokens: Token[] = [];
  for (let at = 0; at < characters.length;) {
    const character = characters[at];
    if (character === "*" && characters[at + 1] === "*") {
      const isFirst = at === 0;
      at += 2;
      const hasSlash = characters[at] === "/";
      if (hasSlash) at++;
      const rest = characters.slice(at).join("");
      if (rest === "") tokens.push({ kind: "everything" });
      else if (isFirst && !hasSlash && !/[*?[\]\\]/.test(rest)) tokens.push({ kind: "any start" });
      else tokens.push({ kind: "parts" });
    } else if (character === "[") {
      const { token, next } = parseClass(characters, at + 1, text);
      tokens.push(token);
      at = next;
    } else if (character === "\\") {
      if (at + 1 === characters.length) throw malformed(text);
      tokens.push({ kind: "literal", character: characters[at + 1] });
      at += 2;
    } else {
      if (character === "*") tokens.push({ kind: "within a part" });
      else if (character === "?") tokens.push({ kind: "one" });
      else tokens.push({ kind: "literal", character });
      at++;
    }
  }
  return tokens;
}

function malformed(pattern: string): InvalidError {
  return new InvalidError(`syntax error in pattern: ${pattern}`);
}

function parseClass(
  characters: readonly string[],
  start: number,
  pattern: string,
): { token: Token; next: number } {
  const isNegated = characters[start] === "^", ranges: Range[] = [];
  let at = isNegated ? start + 1 : start;
  const read = (): string => {
    if (characters[at] === "\\") at++;
    const character = characters[at++];
    if (character === undefined) throw malformed(pattern);
    return character;
  };
  while (characters[at] !== "]" || ranges.length === 0) {
    if (characters[at] === "-" || characters[at] === "]") throw malformed(pattern);
    const first = read();
    if (characters[at] !== "-") ranges.push([first, first]);
    else {
      at++;
      ranges.push([first, read()]);
    }
  }
  return { token: { kind: "class", isNegated, ranges }, next: at + 1 };
}

/** For each token, and the end, whether the match can be before it: 1 or 0. */
type States = Uint8Array;

class Automaton implements PathPattern {
  /** What every match ends with: most paths are told by it. */
  private readonly suffix: string;
  private states: States;
  private next: States;

  constructor(private readonly tokens: readonly Token[]) {
    const last = tokens.findLastIndex(({ kind }) => kind !== "literal");
    this.suffix = tokens.slice(last + 1)
      .map((token) => token.kind === "literal" ? token.character : "").join("");
    this.states = new Uint8Array(tokens.length + 1);
    this.next = new Uint8Array(tokens.length + 1);
  }

  matches(path: string): boolean {
    return path.endsWith(this.suffix) && this.#run(path)[this.tokens.length] === 1;
  }

  mayMatchBelow(directory: string): boolean {
    return this.#run(`${directory}/`).includes(1);
  }

  /** Where the match can be after the text; good until the next call. */
  #run(text: string): States {
    this.states.fill(0);
    this.#enter(0, this.states);
    for (const character of text) {
      const { states, next } = this;
      next.fill(0);
      for (let state = 0; state < states.length; state++) {
        if (states[state] === 1) this.#step(state, character, next);
      }
      [this.states, this.next] = [next, states];
      if (!next.includes(1)) break;
    }
    return this.states;
  }

  /** What can be nothing is passed at once. */
  #enter(state: number, states: States): void {
    for (let at = state;; at++) {
      states[at] = 1;
      const kind = this.tokens[at]?.kind;
      if (
        kind !== "within a part" && kind !== "everything" && kind !== "parts" &&
        kind !== "any start"
      ) return;
    }
  }

  #step(state: number, character: string, next: States): void {
    const token = this.tokens[state];
    switch (token?.kind) {
      case "literal":
        if (token.character === character) this.#enter(state + 1, next);
        break;
      case "one":
        if (character !== "/") this.#enter(state + 1, next);
        break;
      case "within a part":
        if (character !== "/") this.#enter(state, next);
        break;
      case "everything":
      case "any start":
        this.#enter(state, next);
        break;
      case "parts":
        // Within a part there is no way out: the rest begins after a slash.
        next[state] = 1;
        if (character === "/") this.#enter(state + 1, next);
        break;
      case "class":
        if (isIn(character, token.ranges) !== token.isNegated) this.#enter(state + 1, next);
        break;
    }
  }
}

function isIn(character: string, ranges: readonly Range[]): boolean {
  return ranges.some(([first, last]) => first <= character && character <= last);
}
