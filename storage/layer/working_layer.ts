/** A layer that comes to be by work on an overlay: what is written to its upper directory is the layer, without a copy. */

import { AT } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import type { DirectoryFd } from "../../ffi/file.ts";
import { ensureDirectory } from "../files.ts";
import { DirectoryLock } from "../lock.ts";
import {
  createOverlay,
  diffDirectories,
  markCommitted,
  removeOverlay,
  stackOverlay,
  unstackOverlay,
} from "../overlay2/directory.ts";
import { fillInitLayer } from "../overlay2/init_layer.ts";
import { makeMissing, type MountStub } from "../overlay2/make_missing.ts";
import { mountOverlay, unmountOverlay } from "../overlay2/mount.ts";
import type { Store } from "../store.ts";
import { clampTimes } from "./clamp_times.ts";
import { EMPTY_LAYER, type Layer } from "./layer_store.ts";
import type { LayerLease } from "./lease.ts";
import { recordTree } from "./record_tree.ts";
import { StagedLayer } from "./staged_layer.ts";

/**
 * A staged layer on top of another. While it is mounted, with an init layer in between, its overlay's directory is locked, by
 * which those who clear up after crashes know that it is in use.
 */
export class WorkingLayer {
  private readonly staged: StagedLayer;
  private readonly mountLock: DirectoryLock;
  private mounted = false;

  constructor(private readonly store: Store, readonly parent: Layer | undefined) {
    this.staged = StagedLayer.begin(store);
    this.mountLock = DirectoryLock.take(`${store.overlays}/${this.staged.cacheId}`, "exclusive");
    if (parent) stackOverlay(store, this.staged.cacheId, parent.cacheId);
  }

  /** Random, 64 digits. */
  get id(): string {
    return this.staged.cacheId;
  }

  /** The upper directory, open. */
  get upper(): DirectoryFd {
    return this.staged.diffFd;
  }

  /** The directories that make up what the layer shows, its own first. */
  get directories(): string[] {
    return diffDirectories(this.store, this.id);
  }

  /** A directory for files that are needed while the layer comes to be; it goes with recording, or with a crash. */
  get scratch(): string {
    const path = `${this.staged.path}/work`;
    ensureDirectory(path, 0o700);
    return path;
  }

  /** Mounts the overlay for a process to run in, with docker's mount points and these, and returns where. */
  mount(stubs: readonly MountStub[]): string {
    const { store, id, parent } = this, initId = `${id}-init`;
    createOverlay(store, initId);
    if (parent) stackOverlay(store, initId, parent.cacheId);
    fillInitLayer(store, initId);
    for (const stub of stubs) makeMissing(diffDirectories(store, initId), stub);
    markCommitted(store, initId);
    stackOverlay(store, id, initId);
    this.mounted = true;
    return mountOverlay(store, id);
  }

  /**
   * Makes the layer of what has been written, and publishes it unless nothing was; it is not synced. Nothing in it is younger
   * than `latest`, seconds since the epoch, if that is given.
   */
  async publish(lease: LayerLease, latest?: number): Promise<Layer | undefined> {
    const { store, id, staged, parent } = this;
    this.unmount();
    unstackOverlay(store, id);
    removeOverlay(store, `${id}-init`);
    removeTree(AT.FDCWD, `${staged.path}/work`);
    if (latest !== undefined) clampTimes(staged.diffFd, latest);
    const content = await recordTree(staged.diffFd, staged.tarSplitFd);
    if (content.diffId === EMPTY_LAYER) return undefined;
    return await staged.publish(content, parent, lease, "later");
  }

  private unmount(): void {
    if (this.mounted) unmountOverlay(this.store, this.id);
    this.mounted = false;
  }

  [Symbol.dispose](): void {
    try {
      this.unmount();
      this.staged[Symbol.dispose]();
    } finally {
      this.mountLock[Symbol.dispose]();
    }
  }
}
