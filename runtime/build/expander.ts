/** Reads a text with quotes, escapes and variables in it once, from left to right. */

import { InvalidError } from "../../storage/errors.ts";
import type { EscapeToken } from "./dockerfile.ts";
import type { Variables } from "./expand.ts";
import { Expansion } from "./expansion.ts";
import { parsePattern, replaceMatches, withoutPrefix, withoutSuffix } from "./pattern.ts";

/** How deep substitutions may stand in each other. */
const MAX_DEPTH = 100;

/** A small file, in which variables double each other, must not fill the memory: no process takes a longer variable (MAX_ARG_STRLEN in execve(2)). */
const LONGEST_WORD = 131_072;

const LONGEST_HEREDOC = 2 ** 24;

/** A run of digits, one of the shell's special parameters, or a name. */
const PARAMETER = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;

export class Expander {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly source: string,
    private readonly variables: Variables,
    private readonly escapeToken: EscapeToken,
    private readonly hasQuotes: boolean,
  ) {}

  /** Up to this character, which is consumed; for none, up to the end. A pattern keeps its escapes. */
  expandUntil(stop: "}" | "/" | "", keepsEscapes = false): Expansion {
    const expansion = new Expansion(this.hasQuotes ? LONGEST_WORD : LONGEST_HEREDOC);
    while (!this.#isAtEnd) {
      const character = this.source[this.#at];
      if (character === stop) {
        this.#at++;
        return expansion;
      }
      if (character === "$") expansion.addPlain(this.#expandVariable());
      else if (character === "'" && this.hasQuotes) expansion.addQuoted(this.#readSingleQuoted());
      else if (character === '"' && this.hasQuotes) expansion.addQuoted(this.#expandDoubleQuoted());
      else if (character === this.escapeToken) {
        const next = this.source[this.#at + 1] ?? "";
        expansion.addQuoted(keepsEscapes ? character + next : next);
        this.#at += 2;
      } else {
        expansion.addPlain(character);
        this.#at++;
      }
    }
    if (stop !== "") throw new InvalidError(`syntax error: missing '${stop}'`);
    return expansion;
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.source.length;
  }

  #readSingleQuoted(): string {
    const start = this.#at + 1, end = this.source.indexOf("'", start);
    this.#at = end < 0 ? this.source.length : end + 1;
    if (end < 0) throw unterminated("single-quote");
    return this.source.slice(start, end);
  }

  /** Within double quotes, the escape works on a quote, a dollar sign and itself only. */
  #expandDoubleQuoted(): string {
    let text = "";
    for (this.#at++; !this.#isAtEnd;) {
      const character = this.source[this.#at], next = this.source[this.#at + 1];
      if (character === "$") {
        text += this.#expandVariable();
        continue;
      }
      this.#at++;
      if (character === '"') return text;
      if (character !== this.escapeToken) text += character;
      else if (next === '"' || next === "$" || next === this.escapeToken) {
        text += next;
        this.#at++;
      } else if (next !== undefined) text += character;
    }
    throw unterminated("double-quote");
  }

  /** `$NAME`, `${NAME}`, `${NAME:-word}` and the like; a dollar sign that nothing follows stands for itself. */
  #expandVariable(): string {
    this.#at++;
    if (this.source[this.#at] !== "{") {
      const name = this.#readName();
      return name === "" ? "$" : this.variables.get(name) ?? "";
    }
    this.#at++;
    if (this.#isAtEnd) throw new InvalidError("syntax error: missing '}'");
    if ("{}:".includes(this.source[this.#at])) {
      throw new InvalidError("syntax error: bad substitution");
    }
    return this.#substitute(this.#readName());
  }

  #readName(): string {
    PARAMETER.lastIndex = this.#at;
    const name = PARAMETER.exec(this.source)?.[0] ?? "";
    this.#at += name.length;
    return name;
  }

  /** What follows the name within braces. After a colon, an empty value is as good as none. */
  #substitute(name: string): string {
    const value = this.variables.get(name);
    let operator = this.#next();
    switch (operator) {
      case "}":
        return value ?? "";
      case "#":
      case "%":
        return this.#strip(operator, value ?? "");
      case "/":
        return this.#replace(value ?? "");
    }
    const hasColon = operator === ":";
    if (hasColon) operator += this.#next();
    if (!/^:?[-+?]$/.test(operator)) {
      if (this.#isAtEnd) throw new InvalidError("syntax error: missing '}'");
      throw new InvalidError(`unsupported modifier (${operator}) in substitution`);
    }
    const word = this.#expandOperand("}");
    const isSet = value !== undefined && !(hasColon && value === "");
    switch (operator.at(-1)) {
      case "-":
        return isSet ? value : word;
      case "+":
        return isSet ? word : "";
      default: {
        if (isSet) return value;
        const reason = `is not allowed to be ${value === undefined ? "unset" : "empty"}`;
        throw new InvalidError(`${name}: ${word || reason}`);
      }
    }
  }

  /** `#PATTERN` takes what matches off the front, `%PATTERN` off the end; doubled, as much of it as can be. */
  #strip(operator: "#" | "%", value: string): string {
    const isGreedy = this.source[this.#at] === operator;
    if (isGreedy) this.#at++;
    const pattern = parsePattern(this.#expandOperand("}", true));
    return operator === "#"
      ? withoutPrefix(value, pattern, isGreedy)
      : withoutSuffix(value, pattern, isGreedy);
  }

  /** `/PATTERN/TEXT` replaces the first match, `//PATTERN/TEXT` all of them. */
  #replace(value: string): string {
    const isGlobal = this.source[this.#at] === "/";
    if (isGlobal) this.#at++;
    const pattern = parsePattern(this.#expandOperand("/", true));
    return replaceMatches(value, pattern, this.#expandOperand("}", true), isGlobal);
  }

  #next(): string {
    const point = this.source.codePointAt(this.#at);
    if (point === undefined) return "";
    const character = String.fromCodePoint(point);
    this.#at += character.length;
    return character;
  }

  /** Whatever is wrong with an operand that runs to the end of the text, first of all its end is missing. */
  #expandOperand(stop: "}" | "/", keepsEscapes = false): string {
    if (++this.#depth > MAX_DEPTH) {
      throw new InvalidError(`more than ${MAX_DEPTH} substitutions in each other`);
    }
    try {
      return this.expandUntil(stop, keepsEscapes).text;
    } catch (error) {
      if (this.#isAtEnd && this.#depth < MAX_DEPTH) {
        throw new InvalidError(`syntax error: missing '${stop}'${stop === "/" ? " in ${}" : ""}`);
      }
      throw error;
    } finally {
      this.#depth--;
    }
  }
}

function unterminated(quote: string): InvalidError {
  return new InvalidError(
    `unexpected end of statement while looking for matching ${quote}`,
  );
}
