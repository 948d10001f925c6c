/** What steps have led to, in this build and in others. */

import { AT, O } from "../../../ffi/constants.ts";
import { close, openAt, syncFileSystemInPool } from "../../../ffi/file.ts";
import {
  type CacheRecord,
  readCacheRecord,
  touchCacheRecord,
} from "../../../storage/build/cache_store.ts";
import { replaceCacheRecord } from "../../../storage/build/replace_record.ts";
import { withStepLock } from "../../../storage/build/step_lock.ts";
import { sha256 } from "../../../storage/digest.ts";
import { type Layer, layerExists, readLayer } from "../../../storage/layer/layer_store.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { Store } from "../../../storage/store.ts";
import { now } from "../../../storage/time.ts";

/** Changes when the same step comes to make something else than before. */
const CACHE_VERSION = 1;

/** The key of a step: all that its outcome depends on, as JSON. */
export function stepKey(inputs: Readonly<Record<string, unknown>>): Promise<string> {
  return sha256(JSON.stringify({ version: CACHE_VERSION, ...inputs }));
}

export interface StepOutcome {
  /** The step's own layer; undefined if it changed nothing. */
  readonly layer: Layer | undefined;
  /** RFC 3339 */
  readonly created: string;
  readonly isCached: boolean;
}

/** What is known from elsewhere of a step. */
export type RestoredStep = Pick<StepOutcome, "layer" | "created">;

export interface Step {
  readonly key: string;
  readonly description: string;
  readonly usesCache: boolean;
  /** Brings what the step leads to into the store from elsewhere, if it is known there. */
  restore?(): Promise<RestoredStep | undefined>;
  /** Makes the layer, unsynced. */
  perform(): Promise<Layer | undefined>;
}

export class StepCache {
  readonly #steps = new Map<string, Promise<StepOutcome>>();
  readonly #pending: Promise<void>[] = [];
  readonly #sync: LaterSync;
  /** What steps of this build have led to, be it found or made, by their keys. */
  readonly used = new Map<string, CacheRecord>();

  constructor(
    private readonly store: Store,
    private readonly lease: LayerLease,
    private readonly signal: AbortSignal | undefined,
    /** When steps are said to have been carried out, if not when they are. */
    private readonly created: string | undefined,
  ) {
    this.#sync = new LaterSync(store);
  }

  /** Looks the step up, or carries it out; the same one only once, whoever asks. */
  async outcome(step: Step): Promise<StepOutcome> {
    const known = this.#steps.get(step.key);
    if (known !== undefined) return { ...await known, isCached: true };
    const found = step.usesCache ? this.find(step.key) : undefined;
    const outcome = found ? Promise.resolve(found) : this.#perform(step);
    this.#steps.set(step.key, outcome);
    return await outcome;
  }

  /** Notes that another key, of less than all inputs, leads to the outcome of a step, too. */
  remember(
    key: string,
    { layer, created }: StepOutcome,
    { key: of, description }: Pick<Step, "key" | "description">,
  ): void {
    const write = async () => {
      await this.#sync.all();
      replaceCacheRecord(this.store, key, { chainId: layer?.chainId, created, description, of });
    };
    const writing = write();
    writing.catch(() => {}); // settle() hears of it
    this.#pending.push(writing);
  }

  /** Waits until what was learned is on the disk. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** What another build has learned; its layer stays as long as the lease. */
  find(key: string): StepOutcome | undefined {
    const record = readCacheRecord(this.store, key);
    if (record === undefined) return undefined;
    const { chainId, created, of: wholeKey = key } = record;
    touchCacheRecord(this.store, key);
    if (chainId === undefined) {
      this.used.set(wholeKey, record);
      return { layer: undefined, created, isCached: true };
    }
    using _ = this.store.lockImages("shared");
    if (!layerExists(this.store, chainId)) return undefined;
    this.lease.hold(chainId);
    this.used.set(wholeKey, record);
    return { layer: readLayer(this.store, chainId), created, isCached: true };
  }

  /** Resolves as soon as the layer is there; the lock is held on until others can find it. */
  #perform(step: Step): Promise<StepOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<StepOutcome>();
    const { store, signal } = this;
    const all = withStepLock(store, step.key, signal, async () => {
      const found = step.usesCache ? this.find(step.key) : undefined; // made while this one waited
      if (found !== undefined) return resolve(found);
      const restored = step.usesCache ? await step.restore?.() : undefined;
      const { layer, created } = restored ??
        { layer: await step.perform(), created: this.created ?? now() };
      const record = { chainId: layer?.chainId, created, description: step.description };
      this.used.set(step.key, record);
      resolve({ layer, created, isCached: restored !== undefined });
      await this.#sync.all();
      replaceCacheRecord(store, step.key, record);
    });
    this.#pending.push(all.catch(reject));
    return promise;
  }
}

/** Syncs the store's file system in the background, however many ask for it meanwhile. */
class LaterSync {
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(private readonly store: Store) {}

  /** Resolves when everything written before the call is on the disk. */
  all(): Promise<void> {
    return this.#next ??= this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#running.catch(() => {});
    this.#next = undefined;
    this.#running = this.#sync();
    await this.#running;
  }

  async #sync(): Promise<void> {
    const fd = openAt(AT.FDCWD, this.store.overlays, O.RDONLY | O.DIRECTORY);
    try {
      await syncFileSystemInPool(fd);
    } finally {
      close(fd);
    }
  }
}
