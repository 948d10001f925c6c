/** Conditions of --filter, as docker's engine judges them. */

import { InvalidError } from "./errors.ts";

export interface Filter {
  readonly name: string;
  readonly value: string;
}

/** Filters by name; several of one name are alternatives, different names must all be met. */
export class Filters {
  private readonly values = new Map<string, string[]>();

  /** Throws InvalidError for a filter that is none of the `known`. */
  constructor(filters: readonly Filter[], known: readonly string[]) {
    for (const { name, value } of filters) {
      if (!known.includes(name)) throw new InvalidError(`Invalid filter '${name}'`);
      this.values.set(name, [...this.values.get(name) ?? [], value]);
    }
  }

  get(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** Whether a value meets the filters of this name, or there are none. */
  matches(name: string, test: (value: string) => boolean): boolean {
    const values = this.get(name);
    return values.length === 0 || values.some(test);
  }

  /** Whether all `label` filters are met: `NAME` or `NAME=VALUE`. */
  matchesLabels(labels: Record<string, string> | null | undefined): boolean {
    return this.get("label").every((wanted) => {
      const equals = wanted.indexOf("=");
      const name = equals < 0 ? wanted : wanted.slice(0, equals);
      const has = labels !== null && labels !== undefined && Object.hasOwn(labels, name);
      return has && (equals < 0 || labels[name] === wanted.slice(equals + 1));
    });
  }
}
