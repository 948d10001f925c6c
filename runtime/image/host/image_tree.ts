/** The files of an image that is put together from the host's, by their paths. */

import { S } from "../../../ffi/constants.ts";
import type { Stat } from "../../../ffi/stat.ts";
import type { HostFiles } from "./host_files.ts";

/** Modification times are in seconds since the epoch; the ones that are missing are those of the newest file. */
export type ImageEntry =
  | { readonly type: "directory"; readonly mode: number }
  | { readonly type: "symlink"; readonly target: string; readonly modified?: number }
  | { readonly type: "text"; readonly mode: number; readonly content: string }
  | {
    readonly type: "file";
    readonly mode: number;
    /** Bytes. */
    readonly size: number;
    readonly modified: number;
    /** Where its content is on the host, free of symbolic links. */
    readonly hostPath: string;
  };

const PERMISSIONS = 0o7777;
const DIRECTORY_MODE = 0o755;

export class ImageTree {
  /** By absolute path. */
  readonly #entries = new Map<string, ImageEntry>();

  constructor(private readonly files: HostFiles) {}

  /**
   * Takes what is at this path on the host, with all symbolic links on the way and what they lead to. Of a directory only
   * itself is taken. False if the path leads nowhere, or to something that is neither file nor directory.
   */
  addFromHost(path: string): boolean {
    const resolved = this.files.resolve(path);
    if (resolved === undefined) return false;
    const entry = entryOf(resolved.path, resolved.stat);
    if (entry === undefined) return false;
    for (const link of resolved.links) {
      const { target, stat } = link;
      this.#set(link.path, { type: "symlink", target, modified: stat.modified.seconds });
    }
    if (resolved.path !== "/") this.#set(resolved.path, entry);
    return true;
  }

  /** Makes an entry of its own, unless there is one. The directory it is in may be a symbolic link on the host. */
  add(path: string, entry: ImageEntry): void {
    const slash = path.lastIndexOf("/"), directory = path.slice(0, slash);
    const isOnHost = directory === "" || this.addFromHost(directory);
    const parent = isOnHost ? this.files.resolve(directory || "/")!.path : directory;
    this.#set(`${parent === "/" ? "" : parent}${path.slice(slash)}`, entry);
  }

  /** All entries in the order of their paths, so that directories come before what is in them. */
  entries(): [path: string, entry: ImageEntry][] {
    return [...this.#entries].sort(([a], [b]) => a < b ? -1 : 1);
  }

  #set(path: string, entry: ImageEntry): void {
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (parent !== "" && !this.#entries.has(parent)) {
      this.#set(parent, { type: "directory", mode: DIRECTORY_MODE });
    }
    if (!this.#entries.has(path)) this.#entries.set(path, entry);
  }
}

function entryOf(path: string, stat: Stat): ImageEntry | undefined {
  switch (stat.mode & S.IFMT) {
    case S.IFDIR:
      return { type: "directory", mode: DIRECTORY_MODE };
    case S.IFREG:
      return {
        type: "file",
        mode: stat.mode & PERMISSIONS,
        size: stat.size,
        modified: stat.modified.seconds,
        hostPath: path,
      };
    default:
      return undefined;
  }
}
