/** Signals by name or number, as `stop`, `kill` and STOPSIGNAL take them. */

import { SIGNALS } from "../../ffi/constants.ts";
import { InvalidError } from "../../storage/errors.ts";

/** What glibc leaves of the real-time signals: signal(7). */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

/** Other names of signals: signal(7). */
const synonyms: Readonly<Record<string, number>> = {
  SIGCLD: SIGNALS.SIGCHLD,
  SIGIOT: SIGNALS.SIGABRT,
  SIGPOLL: SIGNALS.SIGIO,
};

/** The number of `SIGTERM`, `term`, `15`, `RTMIN+3`... Throws InvalidError for what is no signal. */
export function parseSignal(text: string): number {
  const number = /^[-+]?[0-9]+$/.test(text) ? Number(text) : signalNamed(text.toUpperCase());
  if (!number) throw new InvalidError(`Invalid signal: ${text}`);
  return number;
}

function signalNamed(upperCase: string): number | undefined {
  const name = upperCase.startsWith("SIG") ? upperCase : `SIG${upperCase}`;
  const known: Readonly<Record<string, number>> = SIGNALS;
  if (Object.hasOwn(known, name)) return known[name];
  if (Object.hasOwn(synonyms, name)) return synonyms[name];
  const realTime = /^SIGRT(MIN|MAX)([+-][0-9]+)?$/.exec(name);
  if (realTime === null) return undefined;
  const [, end, offset = "0"] = realTime;
  const number = (end === "MIN" ? SIGRTMIN : SIGRTMAX) + Number(offset);
  return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined;
}
