/** What the live view of a build shows, line by line: the form is BuildKit's. */

/** A step as the view knows it. Times are milliseconds since the view began. */
export interface LiveStep {
  readonly title: string;
  state: "running" | "done" | "cached" | "failed" | "canceled";
  readonly begun: number;
  ended?: number;
  /** What was done in it. */
  readonly notes: string[];
  /** The last lines of its output. */
  readonly output: { readonly lines: readonly string[] };
}

export interface Frame {
  readonly steps: readonly LiveStep[];
  /** Milliseconds since the view began. */
  readonly now: number;
  /** Of the terminal, in characters. */
  readonly columns: number;
  readonly rows: number;
  /** Nothing comes after this: it shows all steps, however many they are. */
  readonly isLast: boolean;
  /** Cuts a text that is wider than this off, and fills a shorter one up, in columns of the terminal. */
  readonly fit: (text: string, columns: number) => string;
}

export interface FrameLine {
  readonly text: string;
  readonly style: "plain" | "ended" | "failed" | "canceled" | "faint";
}

/** A step that took less is shown as having taken no time. Milliseconds. */
const NO_TIME = 50;

/** Lines of output that a step has at most, and at least for its output to be shown. */
const MOST_OUTPUT = 6;
const LEAST_OUTPUT = 1;

/** A terminal that leaves less than this for a title shows none. */
const LEAST_TITLE = 12;

const WORDS = { running: "", done: "", cached: "CACHED ", failed: "ERROR ", canceled: "CANCELED " };
const STYLES = {
  running: "plain",
  done: "ended",
  cached: "ended",
  failed: "failed",
  canceled: "canceled",
} as const;

/** As long as it is not the last one, a frame leaves a row of the terminal free. */
export function frameLines(frame: Frame): FrameLine[] {
  const { steps, now, columns, rows, isLast, fit } = frame;
  const ended = steps.filter(({ state }) => state !== "running").length;
  const finished = isLast && steps.every(({ state }) => state === "done" || state === "cached");
  const head = `[+] Building ${seconds(now)} (${ended}/${steps.length})${
    finished ? " FINISHED" : ""
  }`;
  const entries = steps.map((step) => entryOf(step, frame));
  const visible = isLast ? entries : chooseVisible(entries, rows - 2);
  return [
    { text: fit(head, columns).trimEnd(), style: "plain" },
    ...visible.flatMap((entry) => entry.lines),
  ];
}

interface Entry {
  readonly isRunning: boolean;
  readonly lines: FrameLine[];
  /** The step's own line, and those of its output. */
  readonly own: FrameLine[];
}

function entryOf(step: LiveStep, { now, columns, rows, isLast, fit }: Frame): Entry {
  const { state, begun, ended = now, title, notes, output } = step, isRunning = state === "running";
  const line = (text: string, milliseconds: number): FrameLine[] => {
    const timer = ` ${seconds(milliseconds < NO_TIME ? 0 : milliseconds)}`;
    const left = columns - timer.length;
    return left < LEAST_TITLE ? [] : [{ text: fit(text, left) + timer, style: STYLES[state] }];
  };
  const name = title.replace(/\s+/g, " ");
  const room = Math.min(MOST_OUTPUT, rows - 8);
  const shown = isRunning && !isLast && room >= LEAST_OUTPUT ? output.lines.slice(-room) : [];
  const own = [
    ...line(` => ${WORDS[state]}${name}`, ended - begun),
    ...shown.map((text): FrameLine => ({
      text: fit(` => => # ${text}`, columns).trimEnd(),
      style: "faint",
    })),
  ];
  return { isRunning, own, lines: [...own, ...notes.flatMap((note) => line(` => => ${note}`, 0))] };
}

/** The latest of them, as many as there is room for; what still runs goes before what has ended. */
function chooseVisible(entries: readonly Entry[], rows: number): Entry[] {
  const chosen = new Map<Entry, FrameLine[]>();
  let left = Math.max(0, rows);
  const take = (entry: Entry, lines: FrameLine[]) => {
    if (lines.length > left || chosen.has(entry)) return;
    left -= lines.length;
    chosen.set(entry, lines);
  };
  const latest = entries.toReversed(), running = latest.filter(({ isRunning }) => isRunning);
  for (const entry of running) take(entry, entry.own.slice(0, 1));
  for (const [entry] of chosen) {
    const more = entry.own.length - 1;
    if (more > left) continue;
    chosen.set(entry, entry.own);
    left -= more;
  }
  for (const entry of latest) {
    if (entry.isRunning) continue;
    if (entry.lines.length > left) break;
    take(entry, entry.lines);
  }
  return entries.filter((entry) => chosen.has(entry))
    .map((entry) => ({ ...entry, lines: chosen.get(entry)! }));
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)}s`;
