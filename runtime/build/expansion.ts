/** What an expansion gives: one text, and the same cut into words. */

import { InvalidError } from "../../storage/errors.ts";

/** How much may come out: a small file, in which variables double each other, must not fill the memory. */
const LONGEST_EXPANSION = 2 ** 20;

/** What came out so far, as one text and as words. */
export class Expansion {
  text = "";
  readonly words: string[] = [];
  #word = "";

  /** Text in which white space separates words. */
  addPlain(text: string): void {
    this.#append(text);
    for (const character of text) {
      if (/\p{White_Space}/u.test(character)) this.finishWord();
      else this.#word += character;
    }
  }

  addQuoted(text: string): void {
    this.#append(text);
    this.#word += text;
  }

  #append(text: string): void {
    this.text += text;
    if (this.text.length > LONGEST_EXPANSION) {
      throw new InvalidError(`longer than ${LONGEST_EXPANSION} characters with its variables`);
    }
  }

  finishWord(): void {
    if (this.#word !== "") this.words.push(this.#word);
    this.#word = "";
  }
}
