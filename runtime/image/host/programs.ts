/** Takes programs of the host into an image, with all that they need to be run. */

import { decodeName } from "../../../ffi/cstring.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { pread, withFd } from "../../../ffi/file.ts";
import { isRegularFile } from "../../../ffi/stat.ts";
import { InvalidError } from "../../../storage/errors.ts";
import { type ElfFile, readElf } from "../elf.ts";
import type { HostFiles } from "./host_files.ts";
import type { ImageTree } from "./image_tree.ts";
import { type FoundLibrary, LibrarySearch, type SearchPath } from "./library_search.ts";

/** What the dynamic linker knows of libraries in other than its default directories. */
const LINKER_CACHE = "/etc/ld.so.cache";

/** How long the first line of a script may be: the kernel's BINPRM_BUF_SIZE. */
const SCRIPT_LINE_SIZE = 256;

/** Why a program cannot be taken. */
class Problem extends Error {
  override readonly name = "Problem";
}

export class ProgramCollector {
  /** What was left out, and why. */
  readonly notes: string[] = [];
  /** Files that are in the image with all that they need. */
  readonly #complete = new Set<string>();
  readonly #libraries: LibrarySearch;

  /** Scripts are taken only if one of these programs, given by its resolved path, runs them. */
  constructor(
    private readonly files: HostFiles,
    private readonly tree: ImageTree,
    private readonly machine: number,
    private readonly interpreters: ReadonlySet<string> = new Set(),
  ) {
    this.#libraries = new LibrarySearch(files, machine);
  }

  /** Takes a program; false, and a note, if it or something it needs cannot be taken. */
  add(path: string): boolean {
    return this.#addAll(path, (needed) => this.#gatherProgram(path, needed));
  }

  /** Takes a library that programs only ask for while they run; does nothing where there is none. */
  addLibrary(name: string): void {
    const found = this.#libraries.find(name, { origin: "/", runpath: [], rpath: [] });
    if (found === undefined) return;
    this.#addAll(found.path, (needed) => this.#gatherLibrary(found, [], needed));
  }

  #addAll(path: string, gather: (needed: Set<string>) => void): boolean {
    const needed = new Set<string>();
    try {
      gather(needed);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.notes.push(`${path} is left out: ${error.message}`);
      return false;
    }
    for (const file of needed) {
      this.tree.addFromHost(file);
      this.#complete.add(file);
    }
    return true;
  }

  /** Notes a file as needed; false if that was done before, together with what it needs itself. */
  #note(path: string, needed: Set<string>): boolean {
    if (needed.has(path) || this.#complete.has(path)) return false;
    needed.add(path);
    return true;
  }

  #gatherProgram(path: string, needed: Set<string>): void {
    if (!this.#note(path, needed)) return;
    const { elf, interpreter, resolvedPath } = this.#inspect(path);
    if (elf !== undefined) {
      if (elf.interpreter !== undefined) this.#gatherProgram(elf.interpreter, needed);
      return this.#gatherLibraries(elf, directoryOf(resolvedPath), [], needed);
    }
    if (interpreter === undefined) throw new Problem(`${path} is no program of this machine`);
    const shell = this.files.resolve(interpreter)?.path;
    if (shell === undefined || !this.interpreters.has(shell)) {
      throw new Problem(`it needs ${interpreter}`);
    }
    this.#gatherProgram(interpreter, needed);
  }

  #gatherLibrary(found: FoundLibrary, inherited: readonly SearchPath[], needed: Set<string>): void {
    if (found.needsCache) needed.add(LINKER_CACHE);
    if (!this.#note(found.path, needed)) return;
    const { elf } = this.#inspect(found.path);
    // Unlike a program's, a library's own directory is the one it was found in, be it there as a symbolic link or not.
    if (elf) this.#gatherLibraries(elf, directoryOf(found.path), inherited, needed);
  }

  /** `inherited` is the DT_RPATH of those for which the file itself was loaded. */
  #gatherLibraries(
    elf: ElfFile,
    origin: string,
    inherited: readonly SearchPath[],
    needed: Set<string>,
  ): void {
    const rpath = [{ origin, entries: elf.rpath }, ...inherited];
    for (const name of elf.needed) {
      const found = this.#libraries.find(name, { origin, runpath: elf.runpath, rpath });
      if (found === undefined) throw new Problem(`it needs ${name}, which cannot be found`);
      this.#gatherLibrary(found, rpath, needed);
    }
  }

  /** What kind of program a file is: the machine's own, or a script of the interpreter that its first line names. */
  #inspect(path: string): { elf?: ElfFile; interpreter?: string; resolvedPath: string } {
    const resolved = this.files.resolve(path);
    if (resolved === undefined) throw new Problem(`${path} does not exist`);
    if (!isRegularFile(resolved.stat)) throw new Problem(`${path} is not a file`);
    const resolvedPath = resolved.path;
    try {
      return withFd(this.files.open(resolvedPath), (fd) => {
        const elf = readElf(fd);
        return elf?.machine === this.machine
          ? { elf, resolvedPath }
          : { interpreter: readInterpreter(fd), resolvedPath };
      });
    } catch (error) {
      if (error instanceof SystemError) throw new Problem(`${resolvedPath}: ${error.reason}`);
      throw error instanceof InvalidError
        ? new Problem(`${resolvedPath}: ${error.message}`)
        : error;
    }
  }
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function readInterpreter(fd: number): string | undefined {
  const bytes = new Uint8Array(SCRIPT_LINE_SIZE), length = pread(fd, bytes, 0);
  return /^#![ \t]*([^ \t\n]+)/.exec(decodeName(bytes.subarray(0, length)))?.[1];
}
