/** The keys that take a terminal off a container: `ctrl-p,ctrl-q` unless something else is said. */
import { InvalidError } from "../../storage/errors.ts";

export const DEFAULT_DETACH_KEYS: Uint8Array = new Uint8Array([16, 17]);

/** What keys make with ctrl, from byte 0 on. */
const CONTROL_KEYS = "@abcdefghijklmnopqrstuvwxyz[\\]^_";

const DELETE = 127;

/**
 * Reads a sequence: keys with commas between them, each a character, `ctrl-` with a character, or `DEL`. An empty one means
 * the default. Throws an InvalidError in Docker's words.
 */
export function parseDetachKeys(sequence: string): Uint8Array {
  if (sequence === "") return DEFAULT_DETACH_KEYS;
  return Uint8Array.from(sequence.split(","), (key) => {
    const code = codeOf(key);
    if (code === undefined) throw new InvalidError(`Invalid detach keys (${sequence}) provided`);
    return code;
  });
}

function codeOf(key: string): number | undefined {
  if (key === "DEL") return DELETE;
  if (key.length === 1 && key < "\x80") return key.charCodeAt(0);
  const control = /^ctrl-(.)$/.exec(key)?.[1];
  const code = control === undefined ? -1 : CONTROL_KEYS.indexOf(control);
  return code < 0 ? undefined : code;
}

/** Looks for the detach keys in what is typed. */
export class DetachKeyFilter {
  /** How many bytes of the sequence have been typed and not passed on. */
  #held = 0;
  #isDetached = false;

  constructor(private readonly keys: Uint8Array = DEFAULT_DETACH_KEYS) {}

  /** The whole sequence has been typed; what came after it is dropped. */
  get isDetached(): boolean {
    return this.#isDetached;
  }

  /**
   * What of the bytes typed so far is to be passed on now: all of it but what may be the beginning of the sequence. That is
   * passed on with what shows that it is not.
   */
  pass(typed: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.#held === 0 && !this.#isDetached && !typed.includes(this.keys[0])) return typed;
    const passed: number[] = [];
    for (const byte of typed) {
      if (this.#isDetached) break;
      this.#take(byte, passed);
    }
    return Uint8Array.from(passed);
  }

  #take(byte: number, passed: number[]): void {
    const { keys } = this;
    const candidate = [...keys.subarray(0, this.#held), byte];
    // A key that ends one beginning of the sequence may itself begin the next: ctrl-p, ctrl-p, ctrl-q.
    while (!candidate.every((value, i) => value === keys[i])) passed.push(candidate.shift()!);
    this.#held = candidate.length;
    if (this.#held === keys.length) this.#isDetached = true;
  }
}
