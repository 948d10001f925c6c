/** The lines of a Dockerfile: comments, parser directives and continuations, as docker's parser takes them. */

import { InvalidError } from "../../storage/errors.ts";
import { DockerfileError, type LineRange, locating } from "./dockerfile_error.ts";
import { type Heredoc, heredocWordsOf, readHeredocs } from "./heredoc.ts";
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
  /** Of the file, heredocs included. */
  readonly lines: LineRange;
  readonly heredocs: readonly Heredoc[];
  /** Whether a continuation has an empty line in it, and which line ends it. */
  readonly emptyContinuation?: number;
}

export interface Dockerfile {
  readonly escapeToken: EscapeToken;
  readonly directives: ReadonlyMap<string, string>;
  readonly lines: readonly DockerfileLine[];
}

/** What docker takes at most for a line, in bytes. */
const LONGEST_LINE = 65535;

/** Splits a Dockerfile into its instructions. Throws DockerfileError in docker's words. */
export function parseDockerfile(text: string): Dockerfile {
  const rawLines = text.replace(/^\uFEFF/, "").split(/(?<=\n)/);
  const physicalLines = rawLines.map((line) => line.replace(/[\r\n]+$/, ""));
  checkLines(physicalLines);
  const { directives, escapeToken } = readDirectives(physicalLines);
  const lines: DockerfileLine[] = [];
  for (let at = 0; at < physicalLines.length;) {
    const { line, next, hasEmptyLine } = joinContinuations(physicalLines, at, escapeToken);
    if (line === "") {
      at = next;
      continue;
    }
    const range: LineRange = [at + 1, next];
    const parsed = locating(range, asItIs, () => splitLine(line, escapeToken));
    const words = mayHaveHeredocs(parsed, escapeToken) ? heredocWordsOf(line) : [];
    const read = locating(range, asItIs, () => readHeredocs(words, rawLines, next));
    lines.push({
      ...parsed,
      heredocs: read.heredocs,
      lines: [at + 1, read.next],
      ...(hasEmptyLine && { emptyContinuation: next }),
    });
    at = read.next;
  }
  if (lines.length === 0) throw new InvalidError("file with no instructions");
  return { escapeToken, directives, lines };
}

const asItIs = (message: string) => message;

function checkLines(lines: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    const range: LineRange = [index + 1, index + 1];
    if (line.length > LONGEST_LINE) {
      throw new DockerfileError(
        `dockerfile line greater than max allowed size of ${LONGEST_LINE}`,
        range,
      );
    }
    if (line.includes("\0")) {
      throw new DockerfileError("NUL in the file, which must be text in UTF-8", range);
    }
  }
}

/** Instructions in which `<<` has a meaning. */
const HEREDOC_INSTRUCTIONS = ["add", "copy", "run"];

function mayHaveHeredocs(line: ParsedLine, escapeToken: EscapeToken): boolean {
  if (line.name === "onbuild" && line.words.length > 0) {
    return mayHaveHeredocs(splitLine(line.words[0], escapeToken), escapeToken);
  }
  return HEREDOC_INSTRUCTIONS.includes(line.name) && !line.isJson;
}

function isEscapeToken(text: string): text is EscapeToken {
  return text === "\\" || text === "`";
}

const COMMENT = /^\p{White_Space}*#/u;
const DIRECTIVE = /^\p{White_Space}*#[\t\f ]*([a-zA-Z][a-zA-Z0-9]*)[\t\f ]*=(.+)$/u;
const KNOWN_DIRECTIVES = ["check", "escape", "syntax"];

/** Directives are comments before everything else; the first line that is none ends them. */
function readDirectives(
  lines: readonly string[],
): { directives: Map<string, string>; escapeToken: EscapeToken } {
  const directives = new Map<string, string>();
  let escapeToken: EscapeToken = "\\";
  for (const [index, line] of lines.entries()) {
    const match = DIRECTIVE.exec(line), name = match?.[1].toLowerCase();
    const value = trim(match?.[2] ?? "");
    if (value === "" || !KNOWN_DIRECTIVES.includes(name!)) break;
    const range: LineRange = [index + 1, index + 1];
    if (directives.has(name!)) {
      throw new DockerfileError(`only one ${name} parser directive can be used`, range);
    }
    directives.set(name!, value);
    if (name !== "escape") continue;
    if (!isEscapeToken(value)) {
      throw new DockerfileError(
        `invalid escape token '${value}' does not match \` or \\`,
        range,
      );
    }
    escapeToken = value;
  }
  return { directives, escapeToken };
}

/** The instruction that begins here, empty if none does, and where to go on. Within one, comments and empty lines do not count. */
function joinContinuations(
  lines: readonly string[],
  start: number,
  escapeToken: EscapeToken,
): { line: string; next: number; hasEmptyLine: boolean } {
  const first = COMMENT.test(lines[start]) ? "" : trimStart(lines[start]);
  let next = start + 1, hasEmptyLine = false;
  let { text, continues } = trimContinuation(first, escapeToken);
  const parts = [text];
  while (continues && next < lines.length) {
    const more = lines[next++];
    if (COMMENT.test(more)) continue;
    if (trimStart(more) === "") hasEmptyLine = true;
    else {
      ({ text, continues } = trimContinuation(more, escapeToken));
      parts.push(text);
    }
  }
  return { line: parts.join(""), next, hasEmptyLine };
}

/** A line goes on if its last character, white space aside, is the escape token and no other one stands before it. */
function trimContinuation(
  line: string,
  escapeToken: EscapeToken,
): { text: string; continues: boolean } {
  let end = line.length;
  while (end > 0 && (line[end - 1] === " " || line[end - 1] === "\t")) end--;
  const continues = line[end - 1] === escapeToken && line[end - 2] !== escapeToken;
  return { text: continues ? line.slice(0, end - 1) : line, continues };
}

type ParsedLine = Omit<DockerfileLine, "lines" | "heredocs">;

/** Splits one joined line into name, flags and arguments. */
export function splitLine(
  line: string,
  escapeToken: EscapeToken,
): ParsedLine {
  const trimmed = trim(line), space = trimmed.search(WHITESPACE);
  const name = (space < 0 ? trimmed : trimmed.slice(0, space)).toLowerCase();
  const { flags, rest } = splitFlags(space < 0 ? "" : trimmed.slice(space));
  return { name, flags, ...splitArguments(name, trim(rest), escapeToken), original: line };
}

const SPACE = /\p{White_Space}/u;

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && SPACE.test(text[start])) start++;
  return text.slice(start);
}

/** Without white space at its ends. Written out, as a pattern would try every run of white space to its end. */
export function trim(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text[end - 1])) end--;
  return trimStart(text.slice(0, end));
}
