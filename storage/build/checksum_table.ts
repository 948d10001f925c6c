/** What the content of files was when it was last read, so that a tree that did not change is not read again. */

import type { Stat } from "../../ffi/stat.ts";
import { ensureDirectory, readTextIfExists, replaceFile } from "../files.ts";
import { DirectoryLock } from "../lock.ts";
import type { Store } from "../store.ts";
import { clock } from "../time.ts";
import { TreeChecksums } from "./tree_checksums.ts";

/**
 * A file that changes twice within one tick of the kernel's clock keeps its times (up to 10 ms); one that has changed this
 * recently is therefore not believed to be the same another time. Nanoseconds.
 */
export const RECENT = 100_000_000;

/** Entries of a table that is kept; what is beyond it is read again each time. Some 50 MB. */
const MAX_ENTRIES = 400_000;

/** How often a table is written without an entry being used before it is dropped, in one digit. */
const MAX_AGE = 9;

interface Known {
  readonly digest: string;
  age: number;
}

/**
 * Digests by what stat(2) says: device, inode, size, and the times of the last change of content and of attributes. The name
 * of a table says what tree it is about, so that a store holds one for each context.
 */
export class ChecksumTable {
  readonly #path: string;
  /** Of whole trees; where that is known, the table of files is not even read. */
  readonly trees: TreeChecksums;
  #files: Map<string, Known> | undefined;
  /** Seen in this build, but too young to be believed later. */
  readonly #recent = new Map<string, string>();
  #isChanged = false;

  private constructor(private readonly store: Store, name: string) {
    this.#path = `${directoryOf(store)}/${name}`;
    this.trees = new TreeChecksums(`${this.#path}-trees`);
  }

  get #known(): Map<string, Known> {
    return this.#files ??= parse(readTextIfExists(this.#path) ?? "");
  }

  /** The table of the tree whose root this is. */
  static open(store: Store, root: Stat): ChecksumTable {
    return new ChecksumTable(store, `${root.device.join("-")}-${root.inode}`);
  }

  /** The digest of a file that has not changed since it was read. */
  find(stat: Stat): string | undefined {
    const identity = identityOf(stat), known = this.#known.get(identity);
    if (known === undefined) return this.#recent.get(identity);
    known.age = 0;
    return known.digest;
  }

  /** Remembers what was read of a file; `stat` as it was before and after. */
  add(stat: Stat, digest: string): void {
    const identity = identityOf(stat);
    if (isRecent(stat)) {
      this.#recent.set(identity, digest);
      return;
    }
    this.#known.set(identity, { digest, age: 0 });
    this.#isChanged = true;
  }

  /** Writes what is new. Losing it costs time only, so nothing is synced. */
  save(): void {
    if (!this.#isChanged && !this.trees.isChanged) return;
    const directory = directoryOf(this.store);
    ensureDirectory(this.store.path("build"), 0o700);
    ensureDirectory(directory, 0o700);
    using _ = DirectoryLock.take(directory, "exclusive");
    if (this.#isChanged) replaceFile(this.#path, this.#text(), { mode: 0o600 });
    if (this.trees.isChanged) replaceFile(this.trees.path, String(this.trees), { mode: 0o600 });
  }

  #text(): string {
    const lines: string[] = [];
    for (const [identity, { digest, age }] of this.#known) {
      if (lines.length >= MAX_ENTRIES) break;
      if (age <= MAX_AGE) lines.push(`${age} ${digest} ${identity}\n`);
    }
    return lines.join("");
  }
}

function directoryOf(store: Store): string {
  return store.path("build/checksums");
}

function identityOf({ device, inode, size, modified, changed }: Stat): string {
  return `${device[0]}:${device[1]} ${inode} ${size} ${modified.seconds}.${modified.nanoseconds} ` +
    `${changed.seconds}.${changed.nanoseconds}`;
}

function isRecent({ changed }: Stat): boolean {
  const now = clock();
  return (now.seconds - changed.seconds) * 1e9 + now.nanoseconds - changed.nanoseconds < RECENT;
}

const DIGEST_LENGTH = 64;

/** Lines of `AGE DIGEST IDENTITY`; what is none, after a crash for instance, is passed over. */
function parse(text: string): Map<string, Known> {
  const known = new Map<string, Known>();
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    const digestEnd = at + 2 + DIGEST_LENGTH;
    const age = text.charCodeAt(at) - 0x30;
    if (age >= 0 && age <= MAX_AGE && text[digestEnd] === " ") {
      const digest = text.slice(at + 2, digestEnd);
      known.set(text.slice(digestEnd + 1, end), { digest, age: age + 1 });
    }
    at = end + 1;
  }
  return known;
}
