/** --cache-from: steps that other builds have carried out, elsewhere or long ago. */

import { SystemError } from "../../../ffi/errno.ts";
import { listNames, removeTree } from "../../../ffi/directory.ts";
import type { DirectoryFd } from "../../../ffi/file.ts";
import { EngineError, NotFoundError } from "../../../storage/errors.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { Store } from "../../../storage/store.ts";
import type { LayerStep } from "./layer_step.ts";
import type { ProgressReporter } from "./progress.ts";
import { registryAccess } from "./registry_access.ts";
import type { BuildRequest, CacheOrigin } from "./request.ts";
import type { StageState } from "./state.ts";
import type { RestoredStep } from "./step_cache.ts";

/** A step that the store knows nothing of. */
export interface CacheQuery {
  readonly key: string;
  /** The stage before the step. */
  readonly state: StageState;
  readonly step: LayerStep;
}

/** One origin. What is damaged there is thrown as EngineError or SystemError. */
interface CacheImport {
  restore(query: CacheQuery): Promise<RestoredStep | undefined> | RestoredStep | undefined;
  fillMount?(name: string, directory: DirectoryFd): Promise<boolean>;
}

/** All origins of a build. None of them makes it fail: what cannot be had is made anew. */
export class CacheImports implements Disposable {
  readonly #resources = new DisposableStack();
  readonly #imports: { readonly name: string; readonly from: CacheImport }[] = [];

  constructor(
    private readonly store: Store,
    private readonly lease: LayerLease,
    private readonly reporter: ProgressReporter,
    private readonly request: BuildRequest,
    private readonly signal: AbortSignal,
  ) {}

  async open(origins: readonly CacheOrigin[]): Promise<void> {
    for (const origin of origins) {
      const name = origin.kind === "local" ? `local:${origin.path}` : origin.reference;
      await this.#attempt(`importing cache manifest from ${name}`, async () => {
        this.#imports.push({ name, from: await this.#open(origin) });
      });
    }
  }

  async #open(origin: CacheOrigin): Promise<CacheImport> {
    const { store, lease } = this;
    if (origin.kind === "registry") return await this.#openInRegistry(origin.reference);
    if (origin.kind === "image") return await this.#openImage(origin.reference);
    const { CacheDirectory } = await import("../../../storage/build/cache_directory.ts");
    const directory = this.#resources.use(await CacheDirectory.open(store, origin.path));
    return {
      restore: ({ key, state }) => directory.restore(key, state.layer, lease),
      fillMount: (name, fd) => directory.fillMount(name, fd),
    };
  }

  async #openImage(reference: string): Promise<CacheImport> {
    const { ImageCache } = await import("./image_cache.ts");
    try {
      return await ImageCache.open(this.store, this.lease, reference);
    } catch (error) {
      if (!(error instanceof NotFoundError) || !this.request.registry) throw error;
      return await this.#openInRegistry(reference);
    }
  }

  async #openInRegistry(reference: string): Promise<CacheImport> {
    const { RegistryCache } = await import("./registry_cache.ts");
    const access = registryAccess(this.request, this.signal);
    return await RegistryCache.open(this.store, this.lease, reference, access, this.signal);
  }

  /** What a step led to; its layer is in the store then, and held by the lease. */
  async restore(query: CacheQuery): Promise<RestoredStep | undefined> {
    for (const { name, from } of this.#imports) {
      try {
        const found = await from.restore(query);
        if (found !== undefined) return found;
      } catch (error) {
        this.#ignore(name, error);
      }
    }
  }

  /** Fills a cache directory that is empty; returns whether one of its name was found. */
  async fillMount(name: string, directory: DirectoryFd): Promise<boolean> {
    for (const each of this.#imports) {
      try {
        if (await each.from.fillMount?.(name, directory)) return true;
      } catch (error) {
        for (const child of listNames(`/proc/self/fd/${directory}`)) removeTree(directory, child);
        this.#ignore(each.name, error);
      }
    }
    return false;
  }

  #ignore(name: string, error: unknown): void {
    void this.#attempt(`importing cache from ${name}`, () => {
      throw error;
    });
  }

  async #attempt(title: string, action: () => Promise<void> | void): Promise<void> {
    const vertex = this.reporter.begin(title);
    try {
      await action();
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
      vertex.note(`ignored: ${error.message}`);
    }
    vertex.done();
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}
