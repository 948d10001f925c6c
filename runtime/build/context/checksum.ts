/** The checksum of what COPY and ADD copy: two trees that have the same give the same layer, but for times. */

import { type DirectoryFd, readLink } from "../../../ffi/file.ts";
import { S } from "../../../ffi/constants.ts";
import { isRegularFile, isSymlink, type Stat } from "../../../ffi/stat.ts";
import { sha256 } from "../../../storage/digest.ts";
import { readAttributes } from "../../../storage/layer/attributes.ts";
import { readSource } from "./read_source.ts";
import { treeStateOf } from "./tree_state.ts";
import type { CopyOptions, CopySource } from "./types.ts";
import { inTurns, type SourceVisitor, walkSource } from "./walk.ts";

/**
 * sha256 over the names, types, modes, owners (as they will be), link targets, devices, extended attributes and bytes of all
 * sources. With a table, a file that has not changed since it was read is not read again, nor is a tree of such files walked
 * through; what is read is added, saving is the caller's. Throws SourceChangedError for what changes or vanishes meanwhile.
 */
export async function checksumSources(
  sources: readonly CopySource[],
  options: CopyOptions,
): Promise<string> {
  const trees = sources.length > 0 ? options.table?.trees : undefined;
  if (trees === undefined) return await checksumFiles(sources, options);
  // The state is that before the files are read: if one changes meanwhile, the state will not be met again.
  const state = await treeStateOf(sources, options);
  const known = state && trees.find(state.key);
  if (known !== undefined) return known;
  const checksum = await checksumFiles(sources, options);
  if (state && !state.isYoung) trees.add(state.key, checksum);
  return checksum;
}

async function checksumFiles(
  sources: readonly CopySource[],
  options: CopyOptions,
): Promise<string> {
  try {
    return await checksum(sources, options);
  } catch (error) {
    if (!(error instanceof CryptoNeeded)) throw error;
    crypto = await import("node:crypto");
    return await checksum(sources, options);
  }
}

/**
 * Loading node:crypto takes more processor time than all else of a build that has read its files before, so it is loaded when the
 * first file has to be read, and the walk begun again.
 */
let crypto: typeof import("node:crypto") | undefined;

class CryptoNeeded extends Error {}

function createHash() {
  if (crypto === undefined) throw new CryptoNeeded();
  return crypto.createHash("sha256");
}

async function checksum(sources: readonly CopySource[], options: CopyOptions): Promise<string> {
  const text = new HashedText();
  for (const source of sources) {
    const { name, isDirectory, keepsParents } = source;
    text.add(`${JSON.stringify([name, isDirectory, keepsParents])}\n`);
    const visitor = new ChecksumVisitor(source, options, (part) => text.add(part));
    await inTurns(walkSource(source, options.exclude, visitor));
    visitor.flush();
  }
  return await text.digest();
}

/** Characters of text that are kept at most before they are hashed. */
const MOST_TEXT = 1 << 24;

/** A text of many parts. */
class HashedText {
  readonly #hash = crypto && createHash();
  readonly #parts: string[] = [];
  #length = 0;

  add(part: string): void {
    if (this.#hash) return void this.#hash.update(part);
    if ((this.#length += part.length) > MOST_TEXT) throw new CryptoNeeded();
    this.#parts.push(part);
  }

  async digest(): Promise<string> {
    return this.#hash ? `sha256:${this.#hash.digest("hex")}` : await sha256(this.#parts.join(""));
  }
}

/** Bytes of text after which they are hashed. */
const BATCH = 1 << 16;

class ChecksumVisitor implements SourceVisitor {
  #text = "";
  /** First paths of files with several names, which are linked in the copy. */
  readonly #linked = new Map<string, string>();

  constructor(
    private readonly source: CopySource,
    private readonly options: CopyOptions,
    private readonly sink: (text: string) => void,
  ) {}

  enter(fd: DirectoryFd, name: string, _path: string, stat: Stat): void {
    // Nothing of the topmost directory is copied but what is in it.
    if (name === ".") return this.#put(["top"]);
    this.#put([name, ...this.#attributes(stat), digestOf("", fd)]);
  }

  leave(): void {
    this.#put([]);
  }

  *file(directory: DirectoryFd, name: string, path: string, stat: Stat): Generator<void> {
    const values = [name, ...this.#attributes(stat)];
    if (isRegularFile(stat)) {
      values.push(yield* this.#content(directory, name, path, stat));
      if (stat.linkCount > 1) values.push(this.#firstName(stat, path));
    } else if (isSymlink(stat)) values.push(readLink(directory, name));
    else values.push(stat.nodeDevice.join(":"));
    this.#put(values);
  }

  flush(): void {
    this.sink(this.#text);
    this.#text = "";
  }

  #put(values: readonly (string | number)[]): void {
    // JSON tells apart names that are not UTF-8, which as plain text would be hashed alike.
    this.#text += JSON.stringify(values) + "\n";
    if (this.#text.length > BATCH) this.flush();
  }

  #attributes(stat: Stat): (string | number)[] {
    const { owner, mode } = this.options, type = stat.mode & S.IFMT;
    const isRoot = this.source.tree.ownership === "root";
    const bits = stat.mode & 0o7777;
    const changed = mode && !isSymlink(stat) ? mode(bits, type === S.IFDIR) : bits;
    return [
      type | changed,
      owner?.uid ?? (isRoot ? 0 : stat.uid),
      owner?.gid ?? (isRoot ? 0 : stat.gid),
    ];
  }

  #firstName(stat: Stat, path: string): string {
    const key = `${stat.device} ${stat.inode}`, first = this.#linked.get(key);
    if (first === undefined) this.#linked.set(key, path);
    return first === undefined ? "" : first.slice(this.source.path.length);
  }

  *#content(
    directory: DirectoryFd,
    name: string,
    path: string,
    stat: Stat,
  ): Generator<void, string> {
    const { table } = this.options, known = table?.find(stat);
    if (known !== undefined) return known;
    const hash = createHash();
    let digest = "";
    yield* readSource(
      { tree: this.source.tree, directory, name, path, stat },
      (chunk) => hash.update(chunk),
      (fd) => digest = digestOf(hash.digest("hex"), fd),
    );
    table?.add(stat, digest);
    return digest;
  }
}

/** The digest of content; or if there are extended attributes, of both. */
function digestOf(content: string, fd: number): string {
  const attributes = readAttributes(fd);
  if (attributes === undefined) return content;
  const values = [...attributes].map(([name, value]) => [name, value.toHex()]).sort();
  return createHash().update(JSON.stringify([content, values])).digest("hex");
}
