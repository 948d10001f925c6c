/** Removing images: names first, then, when nothing needs it any more, the image and its layers. Docker's rules and words. */

import { readContainers } from "../container/container_store.ts";
import type { ContainerFile } from "../container/config.ts";
import { hexOf } from "../digest.ts";
import { ConflictError } from "../errors.ts";
import { removeWithLayers } from "../layer/lease.ts";
import { chainIdsOf, listLayers } from "../layer/layer_store.ts";
import type { Store } from "../store.ts";
import { prepareForWriting } from "../sweep.ts";
import {
  deleteImage,
  listImageIds,
  parentOf,
  readImageConfigIfIntact,
  resolveImageId,
} from "./image_store.ts";
import { recordImageEvent } from "./record_event.ts";
import { formatReference, parseReference, withDefaultTag } from "./reference.ts";
import { Repositories } from "./repositories.ts";

export interface RemoveImageOptions {
  /** Also when a stopped container uses it, or it has several names. */
  readonly force: boolean;
  /** Whether parents that have no name go, too. */
  readonly prune: boolean;
  /** Tells whether a container runs. */
  isRunning(container: ContainerFile): boolean;
}

/** One line of docker's answer. */
export type Removal = { readonly untagged: string } | { readonly deleted: string };

/** Removes an image by name or id. */
export async function removeImage(
  store: Store,
  words: string,
  options: RemoveImageOptions,
): Promise<Removal[]> {
  prepareForWriting(store);
  using _ = store.lockImages("exclusive");
  return await new ImageRemoval(store, options).run(words, resolveImageId(store, words));
}

class ImageRemoval {
  private readonly removals: Removal[] = [];
  private readonly repositories: Repositories;
  private readonly containers: ContainerFile[];

  constructor(private readonly store: Store, private readonly options: RemoveImageOptions) {
    this.repositories = Repositories.read(store);
    // What a damaged one uses cannot be told; its layers are safe, since layerdb knows of them.
    this.containers = readContainers(store).containers;
  }

  async run(words: string, id: string): Promise<Removal[]> {
    const names = this.namesOf(id);
    const isId = hexOf(id).startsWith(words.replace(/^sha256:/, ""));
    if (!isId) {
      const name = formatReference(withDefaultTag(parseReference(words)));
      if (isSingle(names)) this.refuseWhileUsed(id, words);
      this.untag(id, [name]);
      if (!name.includes("@")) this.untagDigests(id, parseReference(name).repository);
      // The name was asked for, and is gone; that something else needs the image is no error.
      if (this.namesOf(id).length > 0 || this.conflictOf(id, true)) return this.removals;
    } else {
      if (names.length > 0) this.refuseSeveralRepositories(id, names);
      const conflict = this.conflictOf(id, this.options.force);
      if (conflict) throw conflict;
      if (names.length > 0) this.untag(id, names);
    }
    await this.delete(id);
    return this.removals;
  }

  private namesOf(id: string): string[] {
    const { tags, digests } = this.repositories.namesOf(id);
    return [...tags, ...digests];
  }

  private untag(id: string, names: string[]): void {
    this.repositories.remove(this.store, names);
    this.removals.push(...names.map((untagged) => ({ untagged })));
    for (const _ of names) recordImageEvent(this.store, "untag", id, id);
  }

  /** Where the last tag of a repository goes, the digests that it was pulled or pushed with go, too. */
  private untagDigests(id: string, repository: string): void {
    const names = this.namesOf(id).filter((name) => parseReference(name).repository === repository);
    if (names.length > 0 && names.every((name) => name.includes("@"))) this.untag(id, names);
  }

  /** By its only name, an image that a container uses can only be removed by force. */
  private refuseWhileUsed(id: string, words: string): void {
    const user = this.containers.find((container) => container.Image === id);
    if (this.options.force || user === undefined) return;
    throw new ConflictError(
      `conflict: unable to remove repository reference "${words}" (must force) - ` +
        `container ${user.ID.slice(0, 12)} is using its referenced image ${hexOf(id).slice(0, 12)}`,
    );
  }

  private refuseSeveralRepositories(id: string, names: readonly string[]): void {
    const repositories = new Set(names.map((name) => parseReference(name).repository));
    const tags = names.filter((name) => !name.includes("@"));
    if (this.options.force || (repositories.size <= 1 && tags.length <= 1)) return;
    throw conflict(id, "must be forced", "image is referenced in multiple repositories");
  }

  /** Why an image cannot be deleted, if that is so. */
  private conflictOf(id: string, force: boolean): ConflictError | undefined {
    if (this.hasChildren(id)) {
      return conflict(id, "cannot be forced", "image has dependent child images");
    }
    const users = this.containers.filter((container) => container.Image === id);
    const running = users.find((container) => this.options.isRunning(container));
    if (running) {
      return conflict(
        id,
        "cannot be forced",
        `image is being used by running container ${running.ID.slice(0, 12)}`,
      );
    }
    if (users.length === 0 || force) return undefined;
    return conflict(
      id,
      "must be forced",
      `image is being used by stopped container ${users[0].ID.slice(0, 12)}`,
    );
  }

  private hasChildren(id: string): boolean {
    return listImageIds(this.store).some((each) => parentOf(this.store, each) === id);
  }

  /** Deletes an image without names, its layers, and then the nameless images that it was made from. */
  private async delete(id: string): Promise<void> {
    for (let next: string | undefined = id; next !== undefined;) {
      const parent = parentOf(this.store, next);
      await this.deleteOne(next);
      next = this.options.prune && parent !== undefined && this.isUnneeded(parent)
        ? parent
        : undefined;
    }
  }

  private async deleteOne(id: string): Promise<void> {
    const candidates = await this.layersOf(id);
    const layers = removeWithLayers(this.store, candidates, () => deleteImage(this.store, id));
    recordImageEvent(this.store, "delete", id, id);
    this.removals.push({ deleted: id });
    this.removals.push(...layers.map((deleted) => ({ deleted })));
  }

  /** The topmost layer of an image, if it has any; of a damaged one it can be any. */
  private async layersOf(id: string): Promise<string[]> {
    const config = readImageConfigIfIntact(this.store, id);
    if (config === undefined) return listLayers(this.store);
    return (await chainIdsOf(config.rootfs.diff_ids ?? [])).slice(-1);
  }

  private isUnneeded(id: string): boolean {
    return listImageIds(this.store).includes(id) && this.namesOf(id).length === 0 &&
      !this.hasChildren(id) && !this.containers.some((container) => container.Image === id);
  }
}

/** Whether it is one name, or a tag and a digest of one repository. */
function isSingle(names: readonly string[]): boolean {
  const digests = names.filter((name) => name.includes("@"));
  const repositories = new Set(names.map((name) => parseReference(name).repository));
  return names.length === 1 ||
    (names.length === 2 && digests.length === 1 && repositories.size === 1);
}

function conflict(id: string, force: string, reason: string): ConflictError {
  return new ConflictError(
    `conflict: unable to delete ${hexOf(id).slice(0, 12)} (${force}) - ${reason}`,
  );
}
