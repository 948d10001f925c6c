/** The lines of a Dockerfile: comments, parser directives and continuations, as docker's parser takes them. */

import { InvalidError } from "../../storage/errors.ts";
import { type ArgumentWords, splitArguments } from "./line_arguments.ts";
import { splitFlags, WHITESPACE } from "./words.ts";

/** The character that takes away another one's meaning, and that continues a line when it is the last. */
export type EscapeToken = "\\" | "`";

/** One instruction as it is written, its continuations joined. */
export interface DockerfileLine extends ArgumentWords {
  /** In lower case. */
  readonly name: string;
  /** What stands before the arguments and begins with `--`. */
  readonly flags: readonly string[];
  readonly original: string;
  /** The line in the file where it begins, counted from 1. */
  readonly lineNumber: number;
}

export interface Dockerfile {
  readonly escapeToken: EscapeToken;
  readonly lines: readonly DockerfileLine[];
}

/** Splits a Dockerfile into its instructions. Throws InvalidError in docker's words. */
export function parseDockerfile(text: string): Dockerfile {
  const physicalLines = text.replace(/^\uFEFF/, "").split("\n").map((line) =>
    line.replace(/\r$/, "")
  );
  const directives = readDirectives(physicalLines);
  const escapeToken = directives.get("escape") ?? "\\";
  if (!isEscapeToken(escapeToken)) {
    throw new InvalidError(`invalid escape token '${escapeToken}' does not match \` or \\`);
  }
  const lines: DockerfileLine[] = [];
  for (let at = 0; at < physicalLines.length;) {
    const { line, next } = joinContinuations(physicalLines, at, escapeToken);
    if (line !== "") lines.push({ ...splitLine(line, escapeToken), lineNumber: at + 1 });
    at = next;
  }
  if (lines.length === 0) throw new InvalidError("file with no instructions");
  return { escapeToken, lines };
}

function isEscapeToken(text: string): text is EscapeToken {
  return text === "\\" || text === "`";
}

const COMMENT = /^\p{White_Space}*#/u;
const DIRECTIVE =
  /^\p{White_Space}*#[\t\f ]*([a-zA-Z][a-zA-Z0-9]*)[\t\f ]*=[\t\f ]*(.+?)[\t\f ]*$/u;
const KNOWN_DIRECTIVES = ["escape", "syntax"];

/** Directives are comments before everything else; the first line that is none ends them. */
function readDirectives(lines: readonly string[]): Map<string, string> {
  const directives = new Map<string, string>();
  for (const line of lines) {
    const match = DIRECTIVE.exec(line), name = match?.[1].toLowerCase();
    if (match === null || !KNOWN_DIRECTIVES.includes(name!)) break;
    if (directives.has(name!)) {
      throw new InvalidError(`only one ${name} parser directive can be used`);
    }
    directives.set(name!, match[2]);
  }
  return directives;
}

/** The instruction that begins here, empty if none does, and where to go on. Within one, comments and empty lines do not count. */
function joinContinuations(
  lines: readonly string[],
  start: number,
  escapeToken: EscapeToken,
): { line: string; next: number } {
  const continuation = escapeToken === "\\" ? /(?<!\\)\\[ \t]*$/ : /(?<!`)`[ \t]*$/;
  let line = COMMENT.test(lines[start]) ? "" : lines[start].replace(/^\p{White_Space}+/u, "");
  let next = start + 1;
  if (!continuation.test(line)) return { line, next };
  line = line.replace(continuation, "");
  for (let continues = true; continues && next < lines.length; next++) {
    const more = lines[next];
    if (COMMENT.test(more) || /^\p{White_Space}*$/u.test(more)) continue;
    continues = continuation.test(more);
    line += more.replace(continuation, "");
  }
  return { line, next };
}

/** Splits one joined line into name, flags and arguments. */
export function splitLine(
  line: string,
  escapeToken: EscapeToken,
): Omit<DockerfileLine, "lineNumber"> {
  const trimmed = trim(line), space = trimmed.search(WHITESPACE);
  const name = (space < 0 ? trimmed : trimmed.slice(0, space)).toLowerCase();
  const { flags, rest } = splitFlags(space < 0 ? "" : trimmed.slice(space));
  return { name, flags, ...splitArguments(name, trim(rest), escapeToken), original: line };
}

/** Without white space at its ends. */
export function trim(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}
