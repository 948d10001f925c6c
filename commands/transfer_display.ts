/** How pull and push are shown: docker's client's way, one line for each layer on a terminal, and plain lines elsewhere. */

import type { ReportTransfer, TransferStatus } from "../runtime/image/transfer/progress.ts";
import { writeCompletely } from "./cli/output.ts";
import { humanSize } from "./format/units.ts";

/** Milliseconds between two drawings of a layer that is on its way. */
const REDRAW_INTERVAL = 100;
const BAR_WIDTH = 50;

export interface TransferOutput {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** Shows what a transfer reports. */
export function showTransfer(output: TransferOutput): ReportTransfer {
  const encoder = new TextEncoder();
  const write = (text: string) => writeCompletely(output, encoder.encode(text));
  if (output.isTerminal()) return terminalDisplay(write);
  return ({ id, status, total }) => {
    // As for docker, how far it is tells nobody anything who does not watch.
    if (total === undefined) write(`${id === undefined ? "" : `${id}: `}${status}\n`);
  };
}

/** Each id has a line of its own, which is drawn anew when there is news of it. */
function terminalDisplay(write: (text: string) => void): ReportTransfer {
  const lines = new Map<string, number>(), drawnAt = new Map<string, number>();
  let count = 0;
  return (status) => {
    const { id } = status, text = lineOf(status);
    if (id === undefined) {
      lines.clear(); // what was above is final
      count = 0;
      return write(`${text}\n`);
    }
    const now = performance.now(), isMoving = status.total !== undefined;
    if (isMoving && status.current !== status.total) {
      if (now - (drawnAt.get(id) ?? -Infinity) < REDRAW_INTERVAL) return;
      drawnAt.set(id, now);
    }
    const line = lines.get(id);
    if (line === undefined) {
      lines.set(id, count++);
      return write(`${text}\n`);
    }
    const up = count - line;
    write(`\x1b[${up}A\x1b[2K\r${text}\x1b[${up}B\r`);
  };
}

function lineOf({ id, status, current = 0, total }: TransferStatus): string {
  const label = id === undefined ? status : `${id}: ${status}`;
  return total === undefined ? label : `${label} ${bar(current, total)}`;
}

function bar(current: number, total: number): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor(current / total * BAR_WIDTH);
  const drawn = `${"=".repeat(Math.max(0, filled - 1))}>`.slice(0, BAR_WIDTH).padEnd(BAR_WIDTH);
  return `[${drawn}]  ${humanSize(current)}/${humanSize(total)}`;
}
