/** Where the files come from that a build copies and mounts: opened when they are first needed, closed with the build. */

import { close, type DirectoryFd } from "../../../ffi/file.ts";
import { ChecksumTable } from "../../../storage/build/checksum_table.ts";
import { InvalidError } from "../../../storage/errors.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import { openView } from "../../../storage/driver/view.ts";
import type { Store } from "../../../storage/store.ts";
import { BuildContext } from "../context/build_context.ts";
import type { SourceTree } from "../context/types.ts";
import { parseIgnoreFile } from "../frontend/ignore_file.ts";
import type { NamedContext } from "./request.ts";

/** A tree with what a cache needs to know of it. */
export interface BuildTree {
  readonly tree: SourceTree;
  /** What it consists of, if that can be told without looking at its files. */
  readonly identity?: string;
  readonly table?: ChecksumTable;
  /** The layer whose view it is, if it is one. */
  readonly layer?: Layer;
}

export class Sources implements Disposable {
  readonly #resources = new DisposableStack();
  readonly #contexts = new Map<string, Promise<OpenContext>>();
  readonly #views = new Map<string, DirectoryFd>();
  readonly #tables: ChecksumTable[] = [];

  /** `contexts` by their names; the main one's is empty. */
  constructor(
    private readonly store: Store,
    private readonly contexts: ReadonlyMap<string, NamedContext>,
  ) {}

  /** The text of a file of the main context, or undefined if there is none. */
  async readText(path: string): Promise<string | undefined> {
    return (await this.#open("")).context.readText(path);
  }

  /** Says what the main context leaves out, if it is not what its own .dockerignore says. */
  async ignore(text: string): Promise<void> {
    const opened = await this.#open("");
    opened.tree = opened.context.excluding(parseIgnoreFile(text));
  }

  /** A build context; the main one if it has no name. */
  async context(name = ""): Promise<BuildTree> {
    const { tree, table } = await this.#open(name);
    return { tree, table };
  }

  /** What a layer shows with those below. */
  layer(layer: Layer | undefined, name: string): BuildTree {
    if (layer === undefined) throw new InvalidError(`${name} has no files`);
    const tree = { root: this.viewOf(layer), name, ownership: "kept" } as const;
    return { tree, identity: layer.chainId, layer };
  }

  /** The root of the same, to be read. It remains this object's. */
  viewOf(layer: Layer): DirectoryFd {
    const known = this.#views.get(layer.chainId);
    if (known !== undefined) return known;
    const fd = openView(this.store, layer.cacheId);
    this.#resources.defer(() => close(fd));
    this.#views.set(layer.chainId, fd);
    return fd;
  }

  #open(name: string): Promise<OpenContext> {
    let opened = this.#contexts.get(name);
    if (opened === undefined) {
      opened = this.#openContext(name);
      opened.catch(() => {}); // whoever asked hears of it
      this.#contexts.set(name, opened);
    }
    return opened;
  }

  async #openContext(name: string): Promise<OpenContext> {
    const request = this.contexts.get(name);
    if (request === undefined || request.kind === "none") {
      throw new InvalidError(
        "there is no build context: the Dockerfile was read from standard input",
      );
    }
    if (request.kind === "image" || request.kind === "layout") {
      throw new InvalidError(`build context ${name} is an image`);
    }
    const label = name === "" ? "build context" : `build context ${name}`;
    const context = this.#resources.use(await BuildContext.open(this.store, request, label));
    const table = request.kind === "directory"
      ? ChecksumTable.open(this.store, context.stat)
      : undefined;
    if (table) this.#tables.push(table);
    const ignoreText = context.readText(".dockerignore");
    const tree = ignoreText === undefined
      ? context
      : context.excluding(parseIgnoreFile(ignoreText));
    return { context, tree, table };
  }

  /** Keeps what was learned of files. */
  saveTables(): void {
    for (const table of this.#tables) table.save();
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

interface OpenContext {
  readonly context: BuildContext;
  tree: SourceTree;
  readonly table?: ChecksumTable;
}
