/** What a storage driver does: how layers lie on disk, and how a process gets to see them. */

import type { IdMappings } from "../../ffi/idmap.ts";
import { overlay2 } from "../overlay2/driver.ts";
import type { MountStub } from "../overlay2/make_missing.ts";
import type { Change } from "../change.ts";
import type { Layer } from "../layer/layer_store.ts";
import type { ByteSource } from "../layer/source.ts";
import type { Store } from "../store.ts";
import { vfs } from "../vfs/driver.ts";
import type { StorageDriverName } from "./choose.ts";

/** docker's types.GraphDriverData. */
export interface GraphDriver {
  readonly Data: Readonly<Record<string, string>> | null;
  readonly Name: StorageDriverName;
}

/** A layer by the name of its directory: its cache id, or the mount id of a container. */
export interface StorageDriver {
  /** How whiteouts lie in the directory of a layer that is taken in: as overlayfs has them, or as the archive. */
  readonly layerForm: "overlay" | "archive";

  /** Makes a layer's directory and returns where its files are to be put. `staging` is a directory that goes when it is complete. */
  beginLayer(store: Store, id: string, staging: string): string;
  /** Puts it on top of another. Nobody writes to it any more. */
  completeLayer(store: Store, id: string, parentId: string | undefined, staging: string): void;
  /** Whether no more layers can be put on top of one. */
  isTooDeep(store: Store, parent: Layer): boolean;
  /** Removes a layer, complete or not, with all that was made for writing to it. What is not there is no error. */
  remove(store: Store, id: string): void;
  /** The directory of a complete layer's own files, among which there may be those of others. */
  filesOf(store: Store, id: string): string;

  /** While its files are put there: directories, topmost first, that together are what it shows. */
  stackOf(store: Store, id: string, parentId: string | undefined, staging: string): string[];
  /**
   * Makes a process able to write to a layer on top of another. With `forProcess` there is an init layer in between, which has
   * docker's mount points and these, and is never committed.
   */
  makeWritable(store: Store, id: string, request: WritableRequest): void;
  /** Takes back what that has made, but for the changes that lie in the layer's own directory. */
  unmakeWritable(store: Store, id: string): void;
  /** What was changed against the layers below. */
  listChanges(store: Store, id: string): Change[];
  /** The same as a layer's archive. Nothing in it is younger than `latest`, seconds since the epoch. */
  packChanges(store: Store, id: string, latest?: number): ByteSource;
  /** Whether the changes lie where beginLayer() has the layer's files. */
  readonly changesAreLayers: boolean;
  /** Bytes of the files that were changed. */
  sizeOfChanges(store: Store, id: string): number;

  /** Makes what a writable layer shows the root of a process, and returns its path. */
  mount(store: Store, id: string, request?: MountRequest): string;
  /** Takes that back. What is not mounted is no error. */
  unmount(store: Store, id: string): void;
  /** Where a layer is seen while it is mounted. */
  mountPoint(store: Store, id: string): string;
  /** The layers that are mounted, or were when the host went down. */
  listMounted(store: Store): string[];
  isMounted(store: Store, id: string): boolean;
  /** A path where a layer can be seen with those below, which may have to be mounted there: in a mount namespace of the caller's own. */
  mountPrivately(store: Store, id: string, access: "read" | "write"): string;
  /** Whether that takes a mount: without one the path is good for all, and always. */
  takesMount(store: Store, id: string): boolean;

  describe(store: Store, id: string): GraphDriver;
}

export interface MountRequest {
  /** For a process that has ids of its own. EngineError where they cannot be had. */
  readonly mapped?: MappedIds;
  /** Whether nobody is in need of what was written, once it is unmounted. */
  readonly isPassing?: boolean;
}

/** The ids that a layer is shown with. */
export interface MappedIds {
  /** A descriptor. */
  readonly userNamespace: number;
  readonly ids: IdMappings;
}

export interface WritableRequest {
  /** Whether its directory was made by beginLayer(). */
  readonly isBegun: boolean;
  readonly parentId: string | undefined;
  /** Further mount points of the init layer; undefined for no init layer. */
  readonly stubs: readonly MountStub[] | undefined;
}

const drivers: Record<StorageDriverName, StorageDriver> = { overlay2, vfs };

export function driverOf(store: Store): StorageDriver {
  return drivers[store.driver];
}
