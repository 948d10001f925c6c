/** What came of whole trees when they were last read: of one that has not changed, its files need not be looked up one by one. */

import { isDigest } from "../digest.ts";
import { readTextIfExists } from "../files.ts";

/** Trees that are remembered of a context, which are its COPY instructions in some versions. */
const MOST = 64;

/** Checksums by the states of trees: lines of `STATE CHECKSUM`, the newest last. */
export class TreeChecksums {
  readonly #known: Map<string, string>;
  #isChanged = false;

  constructor(readonly path: string) {
    this.#known = parse(readTextIfExists(path) ?? "");
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  find(state: string): string | undefined {
    return this.#known.get(state);
  }

  add(state: string, checksum: string): void {
    this.#known.delete(state);
    this.#known.set(state, checksum);
    this.#isChanged = true;
  }

  /** The last ones that were added. */
  toString(): string {
    return [...this.#known].slice(-MOST).map((line) => `${line.join(" ")}\n`).join("");
  }
}

/** What is no such line, after a crash for instance, is passed over. */
function parse(text: string): Map<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const [state, checksum, ...rest] = line.split(" ");
      return isDigest(state) && isDigest(checksum) && rest.length === 0 ? [[state, checksum]] : [];
    }),
  );
}
