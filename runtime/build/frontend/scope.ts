/** What is known about variables where an instruction stands, for lint(). */

import type { Variables } from "../expand.ts";

/** Values matter little to the rules; long ones, doubled over and over, must not fill the memory. */
const LONGEST_VALUE = 256;

/** A stage's variables above those of the stage it is made from, which may have many: nothing is copied. */
export class Scope implements Variables {
  readonly #values = new Map<string, string>();
  readonly #declared = new Set<string>();
  /** Whether an image below may have variables that are not known. */
  readonly isOpen: boolean;
  hasShell: boolean;
  hasWorkdir: boolean;

  constructor(
    private readonly below: Scope | undefined,
    base: { isOpen: boolean; hasShell: boolean },
  ) {
    this.isOpen = below?.isOpen ?? base.isOpen;
    this.hasShell = below?.hasShell ?? base.hasShell;
    this.hasWorkdir = below?.hasWorkdir ?? false;
  }

  get(name: string): string | undefined {
    for (const scope of Scope.#downFrom(this)) {
      const value = scope.#values.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(name: string, value: string): void {
    this.#values.set(name, value.slice(0, LONGEST_VALUE));
  }

  /** Notes what ARG declares, whether it has a value or not. */
  declare(name: string): void {
    this.#declared.add(name);
  }

  isDeclared(name: string): boolean {
    for (const scope of Scope.#downFrom(this)) {
      if (scope.#declared.has(name)) return true;
    }
    return false;
  }

  *names(): Iterable<string> {
    for (const scope of Scope.#downFrom(this)) yield* scope.#values.keys();
  }

  static *#downFrom(top: Scope): Iterable<Scope> {
    for (let scope: Scope | undefined = top; scope; scope = scope.below) yield scope;
  }
}
