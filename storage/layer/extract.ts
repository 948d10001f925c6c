/** Unpacks an archive's entries into a directory, none of them outside of it. */

import { O, S } from "../../ffi/constants.ts";
import { encodeName } from "../../ffi/cstring.ts";
import { openDirectory, removeTree } from "../../ffi/directory.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import {
  type DirectoryFd,
  makeDirectory,
  makeLink,
  makeNode,
  makeSymlink,
  openAt,
  unlink,
  withFd,
} from "../../ffi/file.ts";
import type { IdMappings } from "../../ffi/idmap.ts";
import { isInUserNamespace } from "../../ffi/privilege.ts";
import { isDirectory, isSymlink, makeDevice, statAt } from "../../ffi/stat.ts";
import { cleanPath } from "../paths.ts";
import { ArchiveError } from "./archive_error.ts";
import { applyToFd, applyToName, type Owner } from "./attributes.ts";
import { DirectoryTimes } from "./directory_times.ts";
import { ownerOnHost } from "./entry_owner.ts";
import { FileContent } from "./file_content.ts";
import { hideWhat, makeOpaque } from "./make_whiteout.ts";
import { baseOf, cleanName, joinPaths, parentOf, pathOf } from "./name.ts";
import { openInRoot, ParentDirectories } from "./parent_directories.ts";
import type { TarHeader } from "./tar/header.ts";
import { isWhiteout } from "./whiteout.ts";

export interface ExtractOptions {
  /**
   * "overlay": whiteouts become what overlayfs understands. "archive": they become empty files of the names that they have in the
   * archive. "plain": they are files like any other.
   */
  readonly form: "overlay" | "archive" | "plain";
  /**
   * What becomes of an entry in whose place there is something already (a directory over a directory is no conflict):
   * - "replace": the old thing goes;
   * - "keep type": it goes, but no directory is replaced by something else, nor the other way round (docker cp);
   * - "refuse": an error, since a layer of which something is lost cannot be put together again.
   */
  readonly conflicts: "replace" | "keep type" | "refuse";
  /** A clean path below the root that all names are relative to; links are resolved within the root all the same. */
  readonly destination?: string;
  /** Who owns what is unpacked, if not who the archive says. */
  readonly owner?: Owner;
  /** The user namespace whose ids these are, if it is not the host's. */
  readonly ids?: IdMappings;
  /** What errors call the root, if it is not the root of a container: an absolute path. */
  readonly rootName?: string;
}

const regularFile = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW;

const deviceTypes = { character: S.IFCHR, block: S.IFBLK, fifo: S.IFIFO } as const;

/**
 * Writes what a TarReader finds: begin(), content() and finish() for each entry, complete() after the last, close() in any
 * case. What an error leaves behind is for the caller to remove. Errors name the entry.
 *
 * Parents that are symbolic links are resolved as if the root were `/`; the entry itself is never followed. A link may
 * say whatever it likes, since everybody else resolves it inside the root, too.
 */
export class LayerExtractor {
  readonly #root: DirectoryFd;
  readonly #options: ExtractOptions;
  readonly #parents: ParentDirectories;
  readonly #directoryTimes = new DirectoryTimes();
  #size = 0;

  /** The entry in hand: where it goes, and its content if it is a file. */
  #header!: TarHeader;
  #path = "";
  #content: FileContent | undefined;

  constructor(root: DirectoryFd, options: ExtractOptions) {
    this.#root = root;
    this.#options = options;
    this.#parents = new ParentDirectories(root);
  }

  /** Bytes of all regular files and symbolic links that were written: docker's layer size. */
  get size(): number {
    return this.#size;
  }

  /** Takes the next entry. True if its content lies in a file of its own name afterwards, byte for byte as it comes. */
  begin(header: TarHeader): boolean {
    this.#header = header;
    this.#path = pathOf(header.name);
    // Like docker, leaves the root as it is: archives are often made of a temporary directory that is closed to others.
    if (this.#path === "") return false;
    this.#path = joinPaths(this.#options.destination ?? "", this.#path);
    try {
      return this.#create();
    } catch (error) {
      throw this.#named(error);
    }
  }

  /** Takes the next bytes of the entry's content. */
  content(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      this.#content?.write(bytes);
    } catch (error) {
      throw this.#named(error);
    }
  }

  /** The entry's content is complete. */
  finish(): void {
    if (this.#content === undefined) return;
    try {
      this.#content.complete(this.#owner);
    } catch (error) {
      throw this.#named(error);
    }
    this.#content[Symbol.dispose]();
    this.#content = undefined;
  }

  /** All entries have been written. */
  complete(): void {
    try {
      this.#directoryTimes.apply(this.#root, (path) => this.#path = path);
    } catch (error) {
      throw this.#named(error);
    }
  }

  close(): void {
    this.#content?.[Symbol.dispose]();
    this.#content = undefined;
    this.#parents.close();
  }

  /** Who is to own the entry in hand. */
  get #owner(): Owner {
    const { owner = this.#header, ids } = this.#options;
    return ownerOnHost(owner, ids);
  }

  #named(error: unknown): unknown {
    return error instanceof SystemError
      ? new SystemError(error.operation, this.#shown(this.#path), error.errno)
      : error;
  }

  /** A path below the root as errors show it. */
  #shown(path: string): string {
    return cleanPath(`${this.#options.rootName ?? ""}/${path}`);
  }

  #create(): boolean {
    const directory = this.#parents.open(parentOf(this.#path)), base = baseOf(this.#path);
    const { form } = this.#options;
    if (form !== "plain" && hideWhat(directory, base, form)) return false;
    const header = this.#header, owner = this.#owner;
    switch (header.type) {
      case "file": {
        const open = () => openAt(directory, base, regularFile, 0o600);
        this.#content = new FileContent(this.#creating(directory, base, open), header);
        this.#size += header.size;
        return header.sparse === undefined;
      }
      case "directory":
        this.#makeDirectory(directory, base);
        withFd(openDirectory(directory, base), (fd) => applyToFd(fd, header, owner));
        this.#directoryTimes.add(this.#path, header.accessed ?? header.modified, header.modified);
        return false;
      case "link":
        // The same file: it has the owner, mode and attributes already, and giving it the owner again would cost it others.
        this.#makeLink(directory, base);
        return false;
      case "symlink":
        this.#creating(directory, base, () => makeSymlink(header.linkName, directory, base));
        this.#size += encodeName(header.linkName).length;
        break;
      default: {
        const device = makeDevice(header.deviceMajor, header.deviceMinor);
        const mode = deviceTypes[header.type] | 0o600;
        if (!this.#makeNode(directory, base, mode, device)) return false;
      }
    }
    applyToName(directory, base, header, owner);
    return false;
  }

  /** False for a device that nobody may make: in a user namespace it is left out, as by docker. */
  #makeNode(directory: DirectoryFd, base: string, mode: number, device: number): boolean {
    try {
      this.#creating(directory, base, () => makeNode(directory, base, mode, device));
      return true;
    } catch (error) {
      if (!isErrno(error, "EPERM") || !isInUserNamespace()) throw error;
      return false;
    }
  }

  /** Calls a function that creates a name, and once more if something else had to make way. */
  #creating<T>(directory: DirectoryFd, base: string, create: () => T): T {
    try {
      return create();
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
    this.#makeWay(directory, base);
    return create();
  }

  #makeDirectory(directory: DirectoryFd, base: string): void {
    const create = () => makeDirectory(directory, base, 0o700);
    try {
      return create();
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
    const existing = statAt(directory, base);
    if (isDirectory(existing)) return;
    this.#makeWay(directory, base);
    create();
    // A whiteout stood here: the directory must go on hiding what it hid.
    if (this.#options.form === "overlay" && isWhiteout(existing)) makeOpaque(directory, base);
  }

  #makeLink(directory: DirectoryFd, base: string): void {
    const { name, linkName } = this.#header, target = cleanName(linkName);
    if (target === undefined || target === "") {
      throw new ArchiveError(
        `invalid hardlink ${JSON.stringify(name)} -> ${JSON.stringify(linkName)}`,
      );
    }
    const path = joinPaths(this.#options.destination ?? "", target);
    const from = openInRoot(this.#root, parentOf(path), O.PATH | O.DIRECTORY);
    withFd(from, () => {
      this.#creating(directory, base, () => makeLink(from, baseOf(path), directory, base));
    });
  }

  /** Removes what stands in an entry's place, if that is allowed. */
  #makeWay(directory: DirectoryFd, base: string): void {
    const existing = statAt(directory, base);
    const { conflicts } = this.#options, { name, type } = this.#header;
    if (conflicts === "refuse" && !isWhiteout(existing)) {
      throw new ArchiveError(`duplicates of file paths not supported: ${JSON.stringify(name)}`);
    }
    const oldKind = isDirectory(existing) ? "directory" : "non-directory";
    const newKind = type === "directory" ? "directory" : "non-directory";
    if (conflicts === "keep type" && oldKind !== newKind) {
      const path = JSON.stringify(this.#shown(this.#path));
      const destination = JSON.stringify(this.#shown(this.#options.destination ?? ""));
      throw new ArchiveError(`cannot overwrite ${oldKind} ${path} with ${newKind} ${destination}`);
    }
    if (isDirectory(existing)) removeTree(directory, base);
    else unlink(directory, base);
    if (isDirectory(existing) || isSymlink(existing)) this.#parents.forget();
  }
}
