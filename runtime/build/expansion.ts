/** What an expansion gives: one text, and the same cut into words. */

import { InvalidError } from "../../storage/errors.ts";

const SPACE = /\p{White_Space}/u;

export class Expansion {
  text = "";
  readonly #pieces: { readonly text: string; readonly isQuoted: boolean }[] = [];

  /** What is longer than this, in characters, is refused. */
  constructor(private readonly limit: number) {}

  /** Text in which white space separates words. */
  addPlain(text: string): void {
    this.#add(text, false);
  }

  addQuoted(text: string): void {
    this.#add(text, true);
  }

  #add(text: string, isQuoted: boolean): void {
    this.text += text;
    if (this.text.length > this.limit) {
      throw new InvalidError(`longer than ${this.limit} characters with its variables`);
    }
    this.#pieces.push({ text, isQuoted });
  }

  /** Cut at white space that was not quoted. */
  words(): string[] {
    const words: string[] = [];
    let word = "";
    for (const { text, isQuoted } of this.#pieces) {
      for (const character of isQuoted ? [text] : text) {
        if (isQuoted || !SPACE.test(character)) word += character;
        else {
          if (word !== "") words.push(word);
          word = "";
        }
      }
    }
    return word === "" ? words : [...words, word];
  }
}
