/** What box makes of the table's Dockerfiles, as `deno task test:dockerfiles --record` has written it down. */

import type { CaseGroup, Outcome } from "./types.ts";

export type Outcomes = Readonly<Record<string, Outcome>>;

export function readExpected({ name }: CaseGroup): Outcomes {
  return JSON.parse(Deno.readTextFileSync(pathOf(name)));
}

export function writeExpected({ name }: CaseGroup, outcomes: Outcomes): void {
  Deno.writeTextFileSync(pathOf(name), JSON.stringify(outcomes, null, 2) + "\n");
}

function pathOf(name: string): string {
  return new URL(`expected/${name}.json`, import.meta.url).pathname;
}
