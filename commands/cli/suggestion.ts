/** Guessing what a mistyped word was meant to be. */

/** Typing errors that a suggestion forgives. */
const MOST_ERRORS = 2;

/** The names that a word is most likely a misspelling of; empty if none is near. */
export function closest(word: string, names: readonly string[]): string[] {
  // A name of three letters is not near to another one that shares a single letter with it.
  let least = Math.min(MOST_ERRORS, Math.floor((word.length - 1) / 2));
  let found: string[] = [];
  for (const name of names) {
    const distance = editDistance(word, name);
    if (distance < least) [found, least] = [[], distance];
    if (distance === least) found.push(name);
  }
  return found;
}

/**
 * The least number of letters to insert, delete, replace or swap with their neighbour that makes
 * one word of the other (the optimal string alignment distance).
 */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let distance = Math.min(
        previous[column] + 1,
        current[column - 1] + 1,
        previous[column - 1] + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 &&
        from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) distance = Math.min(distance, beforePrevious[column - 2] + 1);
      current.push(distance);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[to.length];
}
