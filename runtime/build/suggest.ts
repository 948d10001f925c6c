/** `(did you mean RUN?)` */

/** The nearest of these words, if at most two letters have to be changed. */
export function suggestionFor(word: string, options: Iterable<string>): string | undefined {
  let nearest: string | undefined, least = 3;
  for (const option of options) {
    if (Math.abs(option.length - word.length) >= least) continue;
    const distance = editDistance(word, option);
    if (distance > 0 && distance < least) {
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

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
