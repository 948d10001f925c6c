/** A layer that comes to be by work on an overlay: what is written to its upper directory is the layer, without a copy. */

import { AT } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import type { DirectoryFd } from "../../ffi/file.ts";
import { ensureDirectory } from "../files.ts";
import { DirectoryLock } from "../lock.ts";
import { driverOf, type StorageDriver } from "../driver/driver.ts";
import { openView } from "../driver/view.ts";
import type { MountStub } from "../overlay2/make_missing.ts";
import type { Store } from "../store.ts";
import { clampTimes } from "./clamp_times.ts";
import { EMPTY_LAYER, type Layer } from "./layer_store.ts";
import type { LayerLease } from "./lease.ts";
import { recordTree } from "./record_tree.ts";
import { type LayerContent, StagedLayer } from "./staged_layer.ts";

/**
 * A staged layer on top of another. While it is mounted, with an init layer in between, its overlay's directory is locked, by
 * which those who clear up after crashes know that it is in use.
 */
export class WorkingLayer {
  private readonly staged: StagedLayer;
  private readonly mountLock: DirectoryLock;
  private readonly driver: StorageDriver;
  private mounted = false;
  /** Whether a process, or who unpacks an archive, has written to it as a whole. */
  private isWritable = false;

  constructor(readonly store: Store, readonly parent: Layer | undefined) {
    this.driver = driverOf(store);
    this.staged = StagedLayer.begin(store);
    this.mountLock = DirectoryLock.take(`${store.overlays}/${this.staged.cacheId}`, "exclusive");
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
    return this.driver.stackOf(this.store, this.id, this.parent?.cacheId, this.staged.path);
  }

  /** A directory for files that are needed while the layer comes to be; it goes with recording, or with a crash. */
  get scratch(): string {
    const path = `${this.staged.path}/work`;
    ensureDirectory(path, 0o700);
    return path;
  }

  /** Mounts the overlay for a process to run in, with docker's mount points and these, and returns where. */
  mount(stubs: readonly MountStub[]): string {
    this.makeWritable(stubs);
    this.mounted = true;
    return this.driver.mount(this.store, this.id);
  }

  /** What it shows together with those below, to be written to. `open` says what of it: see openView(). */
  openMerged(open?: (path: string) => number): DirectoryFd {
    if (!this.isWritable) this.makeWritable(undefined);
    return openView(this.store, this.id, "write", open);
  }

  private makeWritable(stubs: readonly MountStub[] | undefined): void {
    const { store, id, parent } = this;
    this.isWritable = true;
    this.driver.makeWritable(store, id, { isBegun: true, parentId: parent?.cacheId, stubs });
  }

  /**
   * Makes the layer of what has been written, and publishes it unless nothing was; it is not synced. Nothing in it is younger
   * than `latest`, seconds since the epoch, if that is given.
   */
  async publish(lease: LayerLease, latest?: number): Promise<Layer | undefined> {
    const { store, id, staged, driver } = this;
    this.unmount();
    removeTree(AT.FDCWD, `${staged.path}/work`);
    const content = this.isWritable && !driver.changesAreLayers
      ? await staged.ingest(driver.packChanges(store, id, latest))
      : undefined;
    driver.unmakeWritable(store, id);
    return await this.publishContent(content ?? await this.record(latest), lease);
  }

  private async record(latest: number | undefined): Promise<LayerContent> {
    const { diffFd, tarSplitFd } = this.staged;
    if (latest !== undefined) clampTimes(diffFd, latest);
    const form = this.driver.layerForm === "overlay" ? "overlay" : "plain";
    return await recordTree(diffFd, tarSplitFd, form);
  }

  private async publishContent(
    content: LayerContent,
    lease: LayerLease,
  ): Promise<Layer | undefined> {
    const { staged, parent } = this;
    if (content.diffId === EMPTY_LAYER) return undefined;
    return await staged.publish(content, parent, lease, "later");
  }

  private unmount(): void {
    if (this.mounted) this.driver.unmount(this.store, this.id);
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
