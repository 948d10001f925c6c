/** --chmod of COPY and ADD: what becomes of a mode. */

import { InvalidError } from "../../../storage/errors.ts";

/** Takes the permission bits of a file, and gives those of its copy: 12 bits each. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

/** What `+x` without `ugoa` leaves alone, as chmod(1) does with the usual umask. */
const UMASK = 0o022;

const SETUID = 0o4000, SETGID = 0o2000, STICKY = 0o1000;
const masks: Record<string, number> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const shifts: Record<string, number> = { u: 6, g: 3, o: 0 };

/**
 * Reads octal digits or chmod(1)'s symbols: `[ugoa]*([-+=][rwxXst]*|[-+=][ugo])+`, several separated by commas. InvalidError in
 * BuildKit's words for anything else.
 */
export function parseModeChange(text: string): ModeChange {
  if (/^[0-7]+$/.test(text) && parseInt(text, 8) <= 0o7777) {
    const mode = parseInt(text, 8);
    return () => mode;
  }
  if (/^[0-9]+$/.test(text)) throw invalid(text);
  const clauses = text.split(",").map((clause) => parseClause(clause, text));
  return (mode, isDirectory) =>
    clauses.reduce((result, clause) => clause(result, isDirectory), mode & 0o7777);
}

function parseClause(clause: string, text: string): ModeChange {
  const [, who, rest] = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(clause) ?? [];
  if (rest === undefined) throw invalid(text);
  const mask = who === "" ? 0o7777 & ~UMASK : [...who].reduce((sum, one) => sum | masks[one], 0);
  const actions = [...rest.matchAll(/([-+=])([ugo]|[rwxXst]*)/g)];
  return (mode, isDirectory) => {
    for (const [, operator, permissions] of actions) {
      const bits = bitsOf(permissions, mode, isDirectory) & mask;
      if (operator === "+") mode |= bits;
      else if (operator === "-") mode &= ~bits;
      else mode = (mode & ~clearedBy(who, isDirectory)) | bits;
    }
    return mode;
  };
}

/** `=` takes away what is not named: of a directory, not what its special bits say (chmod(1)). */
function clearedBy(who: string, isDirectory: boolean): number {
  const all = [...(who || "a")].reduce((sum, one) => sum | masks[one], 0);
  return isDirectory ? all & 0o1777 : all;
}

function bitsOf(permissions: string, mode: number, isDirectory: boolean): number {
  if (permissions in shifts) return ((mode >> shifts[permissions]) & 7) * 0o111;
  let bits = 0;
  for (const permission of permissions) {
    if (permission === "r") bits |= 0o444;
    else if (permission === "w") bits |= 0o222;
    else if (permission === "x") bits |= 0o111;
    else if (permission === "X") bits |= isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0;
    else if (permission === "s") bits |= SETUID | SETGID;
    else bits |= STICKY;
  }
  return bits;
}

function invalid(text: string): InvalidError {
  return new InvalidError(
    `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`,
  );
}
