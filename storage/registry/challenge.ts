/** WWW-Authenticate: RFC 9110, section 11.6.1. */

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAMETER = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*/y;

/** All challenges of a header, which may have several. What cannot be read ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    match(/[\s,]*/y);
    const scheme = match(TOKEN)?.[0];
    if (scheme === undefined) return challenges;
    const parameters = new Map<string, string>();
    for (let first = true;; first = false) {
      const start = at;
      if (!first && !match(/,/y)) break;
      const found = match(PARAMETER);
      if (!found) {
        at = start;
        break;
      }
      const value = found[2]?.replace(/\\(.)/g, "$1") ?? found[3];
      parameters.set(found[1].toLowerCase(), value);
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
}
