/**
 * Random input that is the same each time: BOX_FUZZ_SEED chooses another, BOX_FUZZ_ROUNDS makes more of it. What fails is told
 * with the seed of its round, which alone is then enough: BOX_FUZZ_SEED=... BOX_FUZZ_ROUNDS=1.
 */

import { EngineError } from "../../storage/errors.ts";
import { SystemError } from "../../ffi/errno.ts";

/** Random numbers by the algorithm mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * limit);
  }

  chance(probability: number): boolean {
    return this.below(1000) < probability * 1000;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  list<T>(atMost: number, make: () => T): T[] {
    return Array.from({ length: this.below(atMost + 1) }, make);
  }

  /** Bytes of a text changed, taken away, doubled or put in. */
  spoil(text: string): string {
    const at = this.below(text.length + 1), rest = text.slice(at);
    const odd = this.pick([
      "\0",
      "\n",
      "\x1b",
      "\x7f",
      "..",
      "/",
      ":",
      ",",
      '"',
      "é",
      "\udc80",
      "-1",
      "😀",
    ]);
    return text.slice(0, at) +
      this.pick([odd + rest, rest.slice(1), rest + rest, odd + rest.slice(1)]);
  }
}

/** Calls a function with as many seeds as rounds, and tells the seed with what it throws. */
export async function fuzz(
  rounds: number,
  round: (random: Random) => void | Promise<void>,
): Promise<void> {
  const first = Number(Deno.env.get("BOX_FUZZ_SEED") ?? 20260101);
  const count = Number(Deno.env.get("BOX_FUZZ_ROUNDS") ?? rounds);
  for (let seed = first; seed < first + count; seed++) {
    try {
      await round(new Random(seed));
    } catch (error) {
      throw new Error(`BOX_FUZZ_SEED=${seed} BOX_FUZZ_ROUNDS=1`, { cause: error });
    }
  }
}

/** Whether an error is one that box tells its user; others are thrown on. */
export function isTold(error: unknown): error is Error {
  const isForUsers = error instanceof EngineError || error instanceof SystemError ||
    // What a value of an option is refused with; the command line says which option it was.
    error instanceof Error && error.constructor === Error;
  if (!isForUsers || error.message === "") throw error;
  return true;
}

/** Whether a message that has a stranger's words in it is one line, and does nothing to a terminal. */
export function isOneLine({ message }: Error): boolean {
  // deno-lint-ignore no-control-regex
  return !/[\x00-\x1f\x7f]/.test(message);
}
