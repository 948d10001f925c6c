/**
 * Quotes, escapes and variables in an instruction's words: a small part of what a shell does with them (POSIX, Shell
 * Command Language 2.2, 2.6.2).
 */

import { InvalidError } from "../../storage/errors.ts";
import type { EscapeToken } from "./dockerfile.ts";
import { Expander } from "./expander.ts";
import type { Expansion } from "./expansion.ts";

export type Variables = Pick<ReadonlyMap<string, string>, "get">;

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

/** The same of one. */
export function variableIn(environment: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  const found = environment.find((variable) => variable.startsWith(start) || variable === name);
  return found?.slice(start.length);
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
  return expand(text, variables, escapeToken).words();
}

/** A heredoc's text with variables replaced. Quotes stand for themselves, and the escape is always the backslash. */
export function expandHeredoc(text: string, variables: Variables): string {
  return expand(text, variables, "\\", false).text;
}

function expand(
  text: string,
  variables: Variables,
  escapeToken: EscapeToken,
  hasQuotes = true,
): Expansion {
  try {
    return new Expander(text, variables, escapeToken, hasQuotes).expandUntil("");
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(`failed to process ${JSON.stringify(text)}: ${error.message}`);
  }
}
