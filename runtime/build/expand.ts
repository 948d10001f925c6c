/**
 * Quotes, escapes and variables in an instruction's words: a small part of what a shell does with them (POSIX, Shell
 * Command Language 2.2, 2.6.2).
 */

import { InvalidError } from "../../storage/errors.ts";
import type { EscapeToken } from "./dockerfile.ts";

export type Variables = ReadonlyMap<string, string>;

/** The variables of `NAME=value` strings. The first of a name counts, as for getenv(3). */
export function variablesOf(environment: readonly string[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const variable of environment) {
    const equals = variable.indexOf("=");
    const name = equals < 0 ? variable : variable.slice(0, equals);
    if (!variables.has(name)) variables.set(name, equals < 0 ? "" : variable.slice(equals + 1));
  }
  return variables;
}

/** The text with variables replaced, and quotes and escapes removed. Throws InvalidError. */
export function expandWord(text: string, variables: Variables, escapeToken: EscapeToken): string {
  return expand(text, variables, escapeToken).text;
}

/** The same, cut into words at white space that neither was quoted nor comes from a quoted variable. */
export function expandWords(
  text: string,
  variables: Variables,
  escapeToken: EscapeToken,
): string[] {
  return expand(text, variables, escapeToken).words;
}

function expand(text: string, variables: Variables, escapeToken: EscapeToken): Expansion {
  try {
    const expansion = new Expander(text, variables, escapeToken).expandUntil("");
    expansion.finishWord();
    return expansion;
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(`failed to process ${JSON.stringify(text)}: ${error.message}`);
  }
}

/** What came out so far, as one text and as words. */
class Expansion {
  text = "";
  readonly words: string[] = [];
  #word = "";

  /** Text in which white space separates words. */
  addPlain(text: string): void {
    this.text += text;
    for (const character of text) {
      if (/\p{White_Space}/u.test(character)) this.finishWord();
      else this.#word += character;
    }
  }

  addQuoted(text: string): void {
    this.text += text;
    this.#word += text;
  }

  finishWord(): void {
    if (this.#word !== "") this.words.push(this.#word);
    this.#word = "";
  }
}

/** A run of digits, one of the shell's special parameters, or a name. */
const PARAMETER = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;

class Expander {
  #at = 0;

  constructor(
    private readonly source: string,
    private readonly variables: Variables,
    private readonly escapeToken: EscapeToken,
  ) {}

  /** Up to this character, which is consumed; for none, up to the end. */
  expandUntil(stop: "}" | ""): Expansion {
    const expansion = new Expansion();
    while (!this.#isAtEnd) {
      const character = this.source[this.#at];
      if (character === stop) {
        this.#at++;
        return expansion;
      }
      if (character === "$") expansion.addPlain(this.#expandVariable());
      else if (character === "'") expansion.addQuoted(this.#readSingleQuoted());
      else if (character === '"') expansion.addQuoted(this.#expandDoubleQuoted());
      else if (character === this.escapeToken) {
        expansion.addQuoted(this.source[this.#at + 1] ?? "");
        this.#at += 2;
      } else {
        expansion.addPlain(character);
        this.#at++;
      }
    }
    if (stop !== "") throw new InvalidError("syntax error: missing '}'");
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
    if (operator === "}") return value ?? "";
    const hasColon = operator === ":";
    if (hasColon) operator = this.#next();
    else if (!"-+?".includes(operator) || operator === "") {
      throw new InvalidError("missing ':' in substitution");
    }
    const word = this.#expandOperand();
    const isSet = value !== undefined && !(hasColon && value === "");
    switch (operator) {
      case "-":
        return isSet ? value : word;
      case "+":
        return isSet ? word : "";
      case "?": {
        if (isSet) return value;
        const reason = `is not allowed to be ${value === undefined ? "unset" : "empty"}`;
        throw new InvalidError(`${name}: ${word || reason}`);
      }
      default:
        throw new InvalidError(`unsupported modifier (${operator}) in substitution`);
    }
  }

  #next(): string {
    const point = this.source.codePointAt(this.#at);
    if (point === undefined) return "";
    const character = String.fromCodePoint(point);
    this.#at += character.length;
    return character;
  }

  /** Whatever is wrong with an operand that runs to the end of the text, first of all its brace is missing. */
  #expandOperand(): string {
    try {
      return this.expandUntil("}").text;
    } catch (error) {
      if (this.#isAtEnd) throw new InvalidError("syntax error: missing '}'");
      throw error;
    }
  }
}

function unterminated(quote: string): InvalidError {
  return new InvalidError(
    `unexpected end of statement while looking for matching ${quote}`,
  );
}
