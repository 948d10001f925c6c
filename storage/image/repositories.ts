/** repositories.json: `{"Repositories": {"busybox": {"busybox:latest": "sha256:..."}}}`. */

import { CorruptStoreError } from "../errors.ts";
import { readJsonIfExists, replaceFile } from "../files.ts";
import type { Store } from "../store.ts";
import { formatReference, type Reference, withDefaultTag } from "./reference.ts";

type Table = Record<string, Record<string, string>>;

/** A name and the id of the image that it stands for. */
export interface NamedImage {
  readonly name: string;
  readonly repository: string;
  readonly imageId: string;
}

/** A name that stands for another image now, and the id of the one that it stood for. */
export interface ReplacedName {
  readonly name: string;
  readonly imageId: string;
}

/** What repositories.json says at one moment. */
export class Repositories {
  private constructor(private readonly table: Table) {}

  static read(store: Store): Repositories {
    const file = readJsonIfExists<{ Repositories?: Table }>(store.repositories);
    const table = file?.Repositories ?? {};
    if (![table, ...Object.values(table)].every((value) => typeof value === "object")) {
      throw new CorruptStoreError(`${store.repositories} is not a table of images' names`);
    }
    return new Repositories(table);
  }

  static empty(): Repositories {
    return new Repositories({});
  }

  /** The image that a reference stands for; `latest` where it has no tag. */
  get(reference: Reference): string | undefined {
    return this.namesIn(reference.repository)?.[formatReference(withDefaultTag(reference))];
  }

  /** A repository may be called `constructor`, which every object has something of. */
  private namesIn(repository: string): Record<string, string> | undefined {
    return Object.hasOwn(this.table, repository) ? this.table[repository] : undefined;
  }

  all(): NamedImage[] {
    return Object.entries(this.table).flatMap(([repository, names]) =>
      Object.entries(names).map(([name, imageId]) => ({ name, repository, imageId }))
    );
  }

  /** Names of an image, sorted: those with a tag, and those with a digest. */
  namesOf(imageId: string): { tags: string[]; digests: string[] } {
    const names = this.all().filter((named) => named.imageId === imageId).map(({ name }) => name);
    return {
      tags: names.filter((name) => !name.includes("@")).sort(),
      digests: names.filter((name) => name.includes("@")).sort(),
    };
  }

  /**
   * Makes references stand for an image, all of them or none; returns which of them stood for another one before. Needs the
   * exclusive image lock.
   */
  set(store: Store, references: readonly Reference[], imageId: string): ReplacedName[] {
    const replaced: ReplacedName[] = [];
    let isChanged = false;
    for (const reference of references) {
      const name = formatReference(reference);
      const names = this.namesIn(reference.repository) ?? {}, previous = names[name];
      if (previous === imageId) continue;
      this.table[reference.repository] = { ...names, [name]: imageId };
      isChanged = true;
      if (previous !== undefined) replaced.push({ name, imageId: previous });
    }
    if (isChanged) this.write(store);
    return replaced;
  }

  /** Takes names away. Needs the exclusive image lock. */
  remove(store: Store, names: string[]): void {
    for (const [repository, table] of Object.entries(this.table)) {
      for (const name of names) delete table[name];
      if (Object.keys(table).length === 0) delete this.table[repository];
    }
    this.write(store);
  }

  private write(store: Store): void {
    replaceFile(store.repositories, JSON.stringify({ Repositories: sorted(this.table) }), {
      mode: 0o600,
      durable: true,
    });
  }
}

/** As Go writes a map: keys in order. */
function sorted(table: Table): Table {
  const entries = Object.entries(table).map(([repository, names]) =>
    [repository, Object.fromEntries(Object.entries(names).sort(byKey))] as const
  );
  return Object.fromEntries(entries.sort(byKey));
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => a < b ? -1 : 1;
