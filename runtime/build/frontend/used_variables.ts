/** Which variables a text makes use of. */

import type { Variables } from "../expand.ts";

/** Variables that note for which names they were asked. */
export class UsedVariables implements Variables {
  readonly known = new Set<string>();
  readonly unknown = new Set<string>();

  constructor(private readonly variables: Variables) {}

  get(name: string): string | undefined {
    const value = this.variables.get(name);
    (value === undefined ? this.unknown : this.known).add(name);
    return value;
  }
}
