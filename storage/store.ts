/** A store: the directory that mirrors /var/lib/docker, and where in it things lie. */

import { AT, O } from "../ffi/constants.ts";
import { isErrno, SystemError } from "../ffi/errno.ts";
import { close, openAt } from "../ffi/file.ts";
import { isInUserNamespace } from "../ffi/privilege.ts";
import { statIfExists } from "../ffi/stat.ts";
import { EngineError } from "./errors.ts";
import { ensureDirectory } from "./files.ts";
import { chooseDriver, isDriverNamed, type StorageDriverName } from "./driver/choose.ts";
import { DirectoryLock } from "./lock.ts";

/** The directories of a store with the modes that dockerd 20.10 gives them, parents first. */
function layoutOf(driver: StorageDriverName): [path: string, mode: number][] {
  return [
    ["", 0o710],
    ["containers", 0o710],
    ["image", 0o700],
    [`image/${driver}`, 0o700],
    [`image/${driver}/distribution`, 0o700],
    [`image/${driver}/imagedb`, 0o700],
    [`image/${driver}/imagedb/content`, 0o700],
    [`image/${driver}/imagedb/content/sha256`, 0o700],
    [`image/${driver}/imagedb/metadata`, 0o700],
    [`image/${driver}/imagedb/metadata/sha256`, 0o700],
    [`image/${driver}/layerdb`, 0o700],
    [`image/${driver}/layerdb/mounts`, 0o755],
    [`image/${driver}/layerdb/sha256`, 0o755],
    [`image/${driver}/layerdb/tmp`, 0o755],
    ...directoriesOf[driver],
    ["volumes", 0o701],
    ["tmp", 0o700],
    ["events", 0o700],
    ["names", 0o700], // the last one: a store that has it has them all
  ];
}

/** What belongs to a driver alone. `roots` is not docker's, which keeps in memory what is mounted. */
const directoriesOf: Record<StorageDriverName, [path: string, mode: number][]> = {
  overlay2: [["overlay2", 0o710], ["overlay2/l", 0o700]],
  vfs: [["vfs", 0o710], ["vfs/dir", 0o700], ["vfs/roots", 0o700]],
};

export class Store {
  #driver: StorageDriverName | undefined;

  /** The driver is what the store has, or can have if it is still to be made, unless one is named. */
  constructor(readonly root: string, driver?: StorageDriverName) {
    this.#driver = driver;
  }

  /** How its layers lie on disk. */
  get driver(): StorageDriverName {
    return this.#driver ??= chooseDriver(this.root);
  }

  /** A path below the root. */
  path(...names: string[]): string {
    return [this.root, ...names].join("/");
  }

  /** repositories.json: which names and tags stand for which image. */
  get repositories(): string {
    return this.imagePath("repositories.json");
  }
  get imageContents(): string {
    return this.imagePath("imagedb/content/sha256");
  }
  get imageMetadata(): string {
    return this.imagePath("imagedb/metadata/sha256");
  }
  get layers(): string {
    return this.imagePath("layerdb/sha256");
  }
  get layersInProgress(): string {
    return this.imagePath("layerdb/tmp");
  }
  /** Which layers the containers stand on. */
  get mounts(): string {
    return this.imagePath("layerdb/mounts");
  }
  /** A directory for each layer that is written to, by which it is locked, and in which it is mounted. */
  get overlays(): string {
    return this.path(this.driver === "overlay2" ? "overlay2" : "vfs/roots");
  }
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

  /** A path below the directory of images, which each driver has for itself. */
  imagePath(name: string): string {
    return this.path("image", this.driver, name);
  }

  exists(): boolean {
    return statIfExists(AT.FDCWD, this.names) !== undefined;
  }

  /** Makes the directories that are missing. Commands that only read must not call it. */
  ensureLayout(): void {
    if (this.exists() && this.#hasDriver()) return;
    try {
      ensureParents(this.root);
      const layout = layoutOf(this.driver);
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

  /** A store may have been made with the other one. */
  #hasDriver(): boolean {
    return this.driver === "overlay2" && !isDriverNamed() ||
      statIfExists(AT.FDCWD, this.overlays) !== undefined;
  }

  /**
   * The lock on images: shared while something comes to depend on an image or layer that exists, exclusive while
   * references change or images and layers are removed. Held for moments only, never while bytes are moved.
   */
  lockImages(mode: "shared" | "exclusive"): DirectoryLock {
    return DirectoryLock.take(this.imagePath("imagedb"), mode);
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
