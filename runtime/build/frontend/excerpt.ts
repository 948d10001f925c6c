/** The lines of a Dockerfile around those that a message is about, as BuildKit shows them. */

import type { LineRange } from "../dockerfile_error.ts";

const RULE = "-".repeat(20);

/** A paragraph without a line end; undefined if there are no such lines. */
export function excerptOf(
  sourceLines: readonly string[],
  [first, last]: LineRange,
  fileName: string,
): string | undefined {
  if (first < 1 || first > sourceLines.length) return undefined;
  const marked = Math.min(last, sourceLines.length);
  const [start, end] = withSurroundings(first, marked, sourceLines.length);
  const lines = sourceLines.slice(start - 1, end).map((line, index) => {
    const number = start + index;
    const mark = number >= first && number <= marked ? ">>>" : "   ";
    return ` ${String(number).padStart(3)} | ${mark} ${printable(line)}`;
  });
  return [`${fileName}:${first}`, RULE, ...lines, RULE].join("\n");
}

const LONGEST_SHOWN = 500;

/** What is no text after all must not control the terminal, nor fill it. */
function printable(line: string): string {
  const shown = line.slice(0, LONGEST_SHOWN).replaceAll(/(?!\t)\p{Cc}/gu, "\uFFFD");
  return line.length > LONGEST_SHOWN ? `${shown}...` : shown;
}

/** A few lines more at both ends. */
function withSurroundings(first: number, last: number, count: number): LineRange {
  const wanted = first === last ? 4 : 2;
  let start = first, end = last;
  for (let added = 0; added < wanted; added++) {
    if (start > 1) {
      start--;
      added++;
    }
    if (end < count) {
      end++;
      added++;
    }
  }
  return [start, end];
}
