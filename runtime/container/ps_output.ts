/** Reading what ps(1) prints, in docker's way. */

import { EngineError } from "../../storage/errors.ts";

export interface ProcessList {
  readonly titles: readonly string[];
  /** As many cells for each process as there are titles. */
  readonly processes: readonly (readonly string[])[];
}

/**
 * The lines about these processes. ps's columns are words, but for the last one, which may have blanks. Throws EngineError if
 * there is no column of pids to go by.
 */
export function filterProcesses(output: string, pids: readonly number[]): ProcessList {
  const [header, ...lines] = output.split("\n");
  const titles = wordsOf(header), pidColumn = titles.indexOf("PID");
  if (pidColumn < 0) throw new EngineError("Couldn't find PID field in ps output");
  const processes: string[][] = [];
  let isOurs = false;
  for (const line of lines) {
    if (line === "") continue;
    const words = wordsOf(line), pid = words[pidColumn];
    // A thread, below its process.
    if (pid !== "-") {
      if (!/^[0-9]+$/.test(pid ?? "")) throw new EngineError(`Unexpected pid '${pid ?? ""}'`);
      isOurs = pids.includes(Number(pid));
    }
    if (isOurs) processes.push(joinLast(words, titles.length));
  }
  return { titles, processes };
}

/** Words are divided by ASCII's blanks only: programs may have others in their names. */
function wordsOf(line: string): string[] {
  return line.split(/[\t\n\f\r ]+/).filter(Boolean);
}

function joinLast(words: readonly string[], count: number): string[] {
  return [...words.slice(0, count - 1), words.slice(count - 1).join(" ")];
}
