/** Breaking a description into lines beside a column, where pflag breaks Docker's. */

/** How far a last line may reach beyond the others, so that no word stands alone. */
const SLACK = 5;

/** Below this many columns for the text it goes under the column instead of beside it. */
const LEAST_ROOM = 24;
const INDENT_BELOW = 16;

/**
 * Breaks a text that begins at column `indent` so that it ends before column `width`. The lines
 * after the first are indented; a screen too narrow for that gets the text unbroken.
 */
export function wrapBeside(text: string, indent: number, width: number): string {
  const below = width - indent < LEAST_ROOM;
  const column = below ? INDENT_BELOW : indent;
  const room = width - column - SLACK;
  if (room + SLACK < LEAST_ROOM) return text;

  const lineBreak = `\n${" ".repeat(column)}`;
  const lines: string[] = [];
  let rest = text;
  while (rest.length >= room + SLACK) {
    const space = rest.lastIndexOf(" ", room - 1);
    if (space <= 0) break;
    lines.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  return (below ? lineBreak : "") + [...lines, rest].join(lineBreak);
}
