/** COPY and ADD: what was selected goes into a new layer. */

import { isErrno, SystemError } from "../../../ffi/errno.ts";
import { isDirectory } from "../../../ffi/stat.ts";
import { EngineError, InvalidError } from "../../../storage/errors.ts";
import { baseOf, parentOf } from "../../../storage/layer/name.ts";
import { type Linked, SourceCopier } from "./copy_source.ts";
import { extractArchive, isArchive } from "./extract_archive.ts";
import type { ResolvedPath } from "./resolve_path.ts";
import { closeDirectory, type TargetDirectory, TargetTree } from "./target_tree.ts";
import type { CopyRequest, CopySource } from "./types.ts";
import { inTurns, walkSource } from "./walk.ts";

/**
 * Copies all sources, in order, as BuildKit does:
 * - a directory's content goes into the destination, which is made if it is missing; a file goes into a destination that is a
 *   directory, or becomes the destination;
 * - directories that are missing on the way are made with mode 0755, and belong to the owner of --chown, or root;
 * - a directory in the source that exists in the destination takes on the source's attributes; the destination itself and what
 *   is above it keep theirs;
 * - symbolic links in the destination's path are followed within the image, those in the sources are copied;
 * - files that are the same file under several names in one source stay so.
 *
 * What an error leaves behind in the upper directory is for the caller to remove. EngineError and its kind for what the request
 * does not allow, SystemError for what the file system refuses; paths are those of the image.
 */
export async function copyInto(request: CopyRequest): Promise<void> {
  const archives = new Set<CopySource>();
  if (request.extraction) {
    for (const source of request.sources) if (await isArchive(source)) archives.add(source);
  }
  if (archives.size === 0) return await copyAll(request, archives);
  // From here on the kernel itself sees to what an overlay does.
  using merged = request.extraction!.openMerged();
  await copyAll({ ...request, upper: merged.fd, lower: undefined }, archives);
}

async function copyAll(request: CopyRequest, archives: ReadonlySet<CopySource>): Promise<void> {
  const target = new TargetTree(request.upper, request.lower);
  const copy = new Copy(request, target);
  for (const source of request.sources) {
    if (archives.has(source)) await copy.extract(source);
    else await copy.copy(source);
  }
  target.complete();
}

class Copy {
  readonly #request: CopyRequest;
  readonly #target: TargetTree;
  /** Where the destination leads; what is made on the way there changes it. */
  #destination: ResolvedPath;
  readonly #path: string;
  readonly #assertsDirectory: boolean;
  readonly #linked: Linked = new Map();

  constructor(request: CopyRequest, target: TargetTree) {
    const { destination, workingDirectory } = request;
    this.#request = request;
    this.#target = target;
    this.#path = destination.startsWith("/") ? destination : `${workingDirectory}/${destination}`;
    this.#assertsDirectory = /(^|\/)\.{0,2}$/.test(destination);
    this.#destination = this.#resolve();
    if (this.#assertsDirectory && request.sources.length > 0) this.#makeDestination();
  }

  async copy(source: CopySource): Promise<void> {
    const isFile = !source.isDirectory && !source.keepsParents;
    const place = isFile ? this.#placeOfFile(source) : undefined;
    const directory = place ? this.#open(place.directory) : this.#openDestination();
    // With --parents files of one pattern are copied together, otherwise each source is by itself.
    const linked = source.keepsParents ? this.#linked : new Map();
    const copier = new SourceCopier(
      this.#request,
      source,
      this.#target,
      directory,
      linked,
      place?.name,
    );
    try {
      await inTurns(walkSource(source, this.#request.exclude, copier));
    } finally {
      copier.close();
      closeDirectory(directory);
    }
    this.#destination = this.#resolve();
  }

  async extract(source: CopySource): Promise<void> {
    const directory = this.#openDestination();
    try {
      const { owner, timestamp } = this.#request;
      await extractArchive(source, directory, { owner, timestamp });
    } finally {
      closeDirectory(directory);
    }
    this.#destination = this.#resolve();
  }

  #resolve(): ResolvedPath {
    try {
      return this.#target.resolve(this.#path);
    } catch (error) {
      // Something on the way is no directory: what would have to be made there cannot be.
      if (isErrno(error, "ENOTDIR")) {
        throw new SystemError("mkdir", error.subject, error.errno);
      }
      throw error;
    }
  }

  #placeOfFile(source: CopySource): { directory: string; name: string } {
    const { path, stat } = this.#destination;
    if (stat !== undefined && isDirectory(stat)) return { directory: path, name: source.name };
    const { sources, whole = { instruction: "COPY", sources: sources.length } } = this.#request;
    if (whole.sources > 1) {
      throw new InvalidError(
        `When using ${whole.instruction} with more than one source file, the destination must be a ` +
          "directory and end with a /",
      );
    }
    return { directory: parentOf(path), name: baseOf(path) };
  }

  /** The destination as the directory that it is or must become. */
  #openDestination(): TargetDirectory {
    const { path, stat } = this.#destination;
    if (stat !== undefined && !isDirectory(stat)) {
      throw new EngineError(`cannot copy to non-directory: /${path}`);
    }
    return this.#open(path);
  }

  #makeDestination(): void {
    closeDirectory(this.#open(this.#destination.path));
    this.#destination = this.#resolve();
  }

  #open(path: string): TargetDirectory {
    const { owner = { uid: 0, gid: 0 }, timestamp } = this.#request;
    return this.#target.openDirectory(path, owner, timestamp);
  }
}
