/** Go's text/tabwriter with spaces and left alignment, as docker sets it up. */

export interface TabwriterOptions {
  /** The least width of a column, with its padding. */
  minimumWidth: number;
  /** Spaces between a column's widest cell and the next column. */
  padding: number;
}

/** Docker's tables. */
export const tableColumns: TabwriterOptions = { minimumWidth: 10, padding: 3 };

/** A line's cells; all but the last one were ended by a tab. */
type Line = readonly string[];

/**
 * Aligns tab-terminated cells in columns. A column is as wide as its widest cell in consecutive
 * lines that have it; what follows a line's last tab belongs to no column and is not padded.
 * Widths count characters.
 */
export function alignTabs(text: string, options: TabwriterOptions): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const output = lines.map(() => "");
  alignColumn(lines, 0, lines.length, 0, options, output);
  return output.join("\n");
}

/** Writes one column, and the ones right of it, of the lines from start to end. */
function alignColumn(
  lines: readonly Line[],
  start: number,
  end: number,
  column: number,
  options: TabwriterOptions,
  output: string[],
): void {
  for (let index = start; index < end;) {
    if (!hasColumn(lines[index], column)) {
      output[index] += lines[index][column];
      index++;
      continue;
    }
    let blockEnd = index;
    while (blockEnd < end && hasColumn(lines[blockEnd], column)) blockEnd++;
    const cells = lines.slice(index, blockEnd).map((line) => line[column]);
    const widest = Math.max(...cells.map((cell) => [...cell].length));
    const width = Math.max(options.minimumWidth, widest + options.padding);
    cells.forEach((cell, offset) => {
      output[index + offset] += cell + " ".repeat(width - [...cell].length);
    });
    alignColumn(lines, index, blockEnd, column + 1, options, output);
    index = blockEnd;
  }
}

function hasColumn(line: Line, column: number): boolean {
  return column < line.length - 1;
}
