/** `(did you mean RUN?)` */

/** More words are not looked at, and not for more words: whoever has so many has no use for it. */
const MAX_OPTIONS = 1000, MAX_SUGGESTIONS = 100;

/** The nearest of these words, if at most two letters have to be changed. Of two as near, one with the same first letter. */
export function suggestionFor(word: string, options: Iterable<string>): string | undefined {
  let nearest: string | undefined, least = 3, seen = 0;
  for (const option of options) {
    if (++seen > MAX_OPTIONS) break;
    if (Math.abs(option.length - word.length) > least) continue;
    const distance = editDistance(word, option, least);
    const isTied = distance === least && nearest?.[0] !== word[0] && option[0] === word[0];
    if (distance > 0 && (distance < least || (nearest !== undefined && isTied))) {
      least = distance;
      nearest = option;
    }
  }
  return nearest;
}

/** A message with a suggestion added, if there is one. */
export function withSuggestion(message: string, word: string, options: Iterable<string>): string {
  const suggestion = suggestionFor(word, options);
  return suggestion === undefined ? message : `${message} (did you mean ${suggestion}?)`;
}

/** How many letters have to be put in, taken out or replaced (Levenshtein); Infinity if it is more than the limit. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
    if (Math.min(...row) > limit) return Infinity;
  }
  return row[b.length];
}

/** Suggestions for one file, which may ask for any number. */
export class Suggestions {
  #count = 0;

  for(word: string, options: Iterable<string>): string | undefined {
    return ++this.#count > MAX_SUGGESTIONS ? undefined : suggestionFor(word, options);
  }
}
