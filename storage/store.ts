/** A store: the directory that mirrors /var/lib/docker, and where in it things lie. */

import { AT, O } from "../ffi/constants.ts";
import { isErrno, SystemError } from "../ffi/errno.ts";
import { close, openAt } from "../ffi/file.ts";
import { isInUserNamespace } from "../ffi/privilege.ts";
import { statIfExists } from "../ffi/stat.ts";
import { EngineError } from "./errors.ts";
import { ensureDirectory } from "./files.ts";
import { DirectoryLock } from "./lock.ts";

/** The directories of a store with the modes that dockerd 20.10 gives them, parents first. */
const layout: [path: string, mode: number][] = [
  ["", 0o710],
  ["containers", 0o710],
  ["image", 0o700],
  ["image/overlay2", 0o700],
  ["image/overlay2/distribution", 0o700],
  ["image/overlay2/imagedb", 0o700],
  ["image/overlay2/imagedb/content", 0o700],
  ["image/overlay2/imagedb/content/sha256", 0o700],
  ["image/overlay2/imagedb/metadata", 0o700],
  ["image/overlay2/imagedb/metadata/sha256", 0o700],
  ["image/overlay2/layerdb", 0o700],
  ["image/overlay2/layerdb/mounts", 0o755],
  ["image/overlay2/layerdb/sha256", 0o755],
  ["image/overlay2/layerdb/tmp", 0o755],
  ["overlay2", 0o710],
  ["overlay2/l", 0o700],
  ["volumes", 0o701],
  ["tmp", 0o700],
  ["events", 0o700],
  ["names", 0o700], // the last one: a store that has it has them all
];

export class Store {
  constructor(readonly root: string) {}

  /** A path below the root. */
  path(...names: string[]): string {
    return [this.root, ...names].join("/");
  }

  /** repositories.json: which names and tags stand for which image. */
  readonly repositories = this.path("image/overlay2/repositories.json");
  readonly imageContents = this.path("image/overlay2/imagedb/content/sha256");
  readonly imageMetadata = this.path("image/overlay2/imagedb/metadata/sha256");
  readonly layers = this.path("image/overlay2/layerdb/sha256");
  readonly layersInProgress = this.path("image/overlay2/layerdb/tmp");
  /** Which layers the containers stand on. */
  readonly mounts = this.path("image/overlay2/layerdb/mounts");
  readonly overlays = this.path("overlay2");
  readonly containers = this.path("containers");
  readonly volumes = this.path("volumes");
  /** Names of containers: symbolic links to their ids. Not docker's; dockerd leaves it alone. */
  readonly names = this.path("names");
  readonly temporary = this.path("tmp");
  /** What has happened, in a file and an older one. Not docker's, which keeps it in memory. */
  readonly events = this.path("events");
  readonly eventLog = this.path("events/log");
  readonly olderEventLog = this.path("events/log.1");

  /** Says that the store was made in a user namespace, where overlays are marked otherwise. Not docker's. */
  readonly userNamespaceMark = this.path("user-namespace");

  exists(): boolean {
    return statIfExists(AT.FDCWD, this.names) !== undefined;
  }

  /** Makes the directories that are missing. Commands that only read must not call it. */
  ensureLayout(): void {
    if (this.exists()) return;
    try {
      ensureParents(this.root);
      ensureDirectory(this.root, layout[0][1]);
      if (isInUserNamespace()) {
        close(openAt(AT.FDCWD, this.userNamespaceMark, O.WRONLY | O.CREAT, 0o600));
      }
      for (const [path, mode] of layout) ensureDirectory(path ? this.path(path) : this.root, mode);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new EngineError(
        `cannot make the store ${this.root}: ${error.message}; ` +
          "choose another place with --root or BOX_ROOT",
      );
    }
  }

  /**
   * The lock on images: shared while something comes to depend on an image or layer that exists, exclusive while
   * references change or images and layers are removed. Held for moments only, never while bytes are moved.
   */
  lockImages(mode: "shared" | "exclusive"): DirectoryLock {
    return DirectoryLock.take(this.path("image/overlay2/imagedb"), mode);
  }

  /** The lock on which volumes there are, and who uses them. Held for moments only. */
  lockVolumes(): DirectoryLock {
    return DirectoryLock.take(this.volumes, "exclusive");
  }

  /** The lock on the names of containers. */
  lockNames(): DirectoryLock {
    return DirectoryLock.take(this.names, "exclusive");
  }
}

function ensureParents(path: string): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent === "" || statIfExists(AT.FDCWD, parent, true)) return;
  ensureParents(parent);
  ensureDirectory(parent, 0o755);
}

/** A SystemError that says the file system is full or read-only is about the store as a whole. */
export function isOutOfSpace(error: unknown): boolean {
  return isErrno(error, "ENOSPC", "EDQUOT");
}
