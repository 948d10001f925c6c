/** How progress names the steps of a stage. */

import type { Stage } from "../frontend/types.ts";

/** What progress calls the steps of a stage: `[build 2/3] RUN make`. */
export class StepTitles {
  readonly #total: number;
  readonly #prefix: string;
  #index = 0;

  constructor({ base, name, index, instructions }: Stage, isOneOfMany: boolean) {
    const steps = instructions.filter(({ name }) =>
      ["run", "copy", "add", "workdir"].includes(name)
    );
    this.#total = steps.length + (base.kind === "image" ? 1 : 0);
    this.#prefix = isOneOfMany ? `${name ?? `stage-${index}`} ` : "";
  }

  next(text: string): string {
    const width = String(this.#total).length;
    return `[${this.#prefix}${String(++this.#index).padStart(width)}/${this.#total}] ${text}`;
  }
}
