/** Which images a user wants to save, and under which of their names. */

import { isDigest } from "../digest.ts";
import { NotFoundError } from "../errors.ts";
import { imageExists, resolveImageId } from "../image/image_store.ts";
import { formatReference, parseReference, type Reference } from "../image/reference.ts";
import { Repositories } from "../image/repositories.ts";
import type { Store } from "../store.ts";

/** Names with a tag by the ids of the images, both in the order in which they were asked for. */
export type SavedImages = ReadonlyMap<string, readonly Reference[]>;

/**
 * Finds images by name, by id, or by a repository, which stands for all its tags. What was not asked for by name is saved
 * without names. Docker's rules; throws NotFoundError, or InvalidError for what cannot be a name.
 */
export function findSavedImages(store: Store, words: readonly string[]): SavedImages {
  const repositories = Repositories.read(store);
  const found = new Map<string, Reference[]>();
  for (const text of words) {
    for (const { id, reference } of findImages(store, repositories, text)) {
      const references = found.get(id) ?? [];
      found.set(id, references);
      if (reference?.tag === undefined) continue;
      const name = formatReference(reference);
      if (!references.some((known) => formatReference(known) === name)) references.push(reference);
    }
  }
  return found;
}

interface Found {
  readonly id: string;
  readonly reference?: Reference;
}

function findImages(store: Store, repositories: Repositories, text: string): Found[] {
  if (isId(text)) return [{ id: resolve(store, text) }];
  const reference = parseReference(text);
  const named = reference.tag === undefined && reference.digest === undefined
    ? namesIn(repositories, reference.repository)
    : [{ id: repositories.get(reference), reference }];
  const existing = named.filter((each): each is Found =>
    each.id !== undefined && imageExists(store, each.id)
  );
  return existing.length > 0 ? existing : [{ id: resolve(store, text) }];
}

/** Whether this can only be an id, or the beginning of one. */
function isId(text: string): boolean {
  return /^[a-f0-9]{64}$/.test(text) || isDigest(text) || /^sha256:[a-f0-9]+$/.test(text);
}

function namesIn(repositories: Repositories, repository: string): Found[] {
  return repositories.all().filter((named) => named.repository === repository)
    .map(({ name, imageId }) => ({ id: imageId, reference: parseReference(name) }));
}

function resolve(store: Store, text: string): string {
  try {
    return resolveImageId(store, text);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(`No such image: ${text}`); // not ":latest": all tags were meant
  }
}
