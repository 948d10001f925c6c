/** What is told of the comparisons. */

import type { CaseGroup, DockerfileCase, Outcome, Peer } from "../../tests/build_table/types.ts";
import { compare, type Difference } from "./compare.ts";

/** Characters of what may be a whole file. */
const WIDTH = 60;

export class Report {
  #cases = 0;
  #comparisons = 0;
  #alike = 0;
  #known = 0;
  #surprises = 0;

  get hasSurprises(): boolean {
    return this.#surprises > 0;
  }

  /** Counts a case, and returns the lines that somebody has to look at. */
  add(
    group: CaseGroup,
    each: DockerfileCase,
    { box, ...peers }: Partial<Record<Peer | "box", Outcome>>,
  ): string {
    this.#cases++;
    const lines: string[] = [];
    for (const [peer, outcome] of Object.entries(peers) as [Peer, Outcome][]) {
      this.#comparisons++;
      const differences = compare(box!, outcome, peer), reason = each.unlike?.[peer];
      if ((differences.length > 0) === (reason !== undefined)) {
        if (reason === undefined) this.#alike++;
        else this.#known++;
        continue;
      }
      this.#surprises++;
      lines.push(`${group.name}: ${each.what}: ${peer}`);
      if (reason !== undefined) lines.push(`    is like box now, though it is said: ${reason}`);
      lines.push(...differences.flatMap(rowsOf));
    }
    return lines.join("\n");
  }

  summary(): string {
    return `${this.#cases} Dockerfiles, ${this.#comparisons} comparisons: ${this.#alike} alike, ` +
      `${this.#known} known differences, ${this.#surprises} others`;
  }
}

function rowsOf({ of, box, peer }: Difference): string[] {
  return [`    ${of}`, `        box   ${shortened(box)}`, `        peer  ${shortened(peer)}`];
}

function shortened(text: string): string {
  const line = text.replaceAll("\n", "\\n");
  return line.length <= 4 * WIDTH ? line : `${line.slice(0, 4 * WIDTH)}...`;
}
