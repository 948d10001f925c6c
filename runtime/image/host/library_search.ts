/** Finds shared libraries where the dynamic linker would: ld.so(8), ldconfig(8). */

import { SystemError } from "../../../ffi/errno.ts";
import { withFd } from "../../../ffi/file.ts";
import { InvalidError } from "../../../storage/errors.ts";
import { readElf } from "../elf.ts";
import type { HostFiles } from "./host_files.ts";

/** Where the linker looks without being told: /lib64 where there is one, Debian's multiarch directories. */
const defaultDirectories = ["", "/usr"].flatMap((prefix) => [
  `${prefix}/lib/${Deno.build.arch}-linux-gnu`,
  `${prefix}/lib64`,
  `${prefix}/lib`,
]);

/** What asks for a library. */
export interface Requester {
  /** The directory it is in. */
  readonly origin: string;
  readonly runpath: readonly string[];
  /** Its own, and those of what it was loaded for. */
  readonly rpath: readonly SearchPath[];
}

/** Entries of DT_RPATH, and the directory that $ORIGIN means in them. */
export interface SearchPath {
  readonly origin: string;
  readonly entries: readonly string[];
}

export interface FoundLibrary {
  readonly path: string;
  /** Whether the linker only knows of this directory from its cache, /etc/ld.so.cache. */
  readonly needsCache: boolean;
}

export class LibrarySearch {
  readonly #files: HostFiles;
  readonly #configured: readonly string[];
  readonly #defaults: ReadonlySet<string>;

  constructor(files: HostFiles, private readonly machine: number) {
    this.#files = files;
    this.#configured = configuredDirectories(files, "/etc/ld.so.conf");
    this.#defaults = new Set(
      defaultDirectories.map((path) => files.resolve(path)?.path ?? path),
    );
  }

  /** The path of a library; undefined if it is nowhere. */
  find(name: string, requester: Requester): FoundLibrary | undefined {
    if (name.includes("/")) return this.#fits(name) ? { path: name, needsCache: false } : undefined;
    // DT_RUNPATH makes the linker ignore every DT_RPATH.
    const own = requester.runpath.length > 0
      ? expandOrigin({ origin: requester.origin, entries: requester.runpath })
      : requester.rpath.flatMap(expandOrigin);
    const inOwn = this.#findIn(own, name);
    if (inOwn !== undefined) return { path: inOwn, needsCache: false };
    const path = this.#findIn([...this.#configured, ...defaultDirectories], name);
    return path === undefined ? undefined : { path, needsCache: !this.#isDefault(path) };
  }

  #findIn(directories: readonly string[], name: string): string | undefined {
    return directories.map((directory) => `${directory}/${name}`).find((path) => this.#fits(path));
  }

  /** A library of another machine, as on hosts that also run 32-bit programs, is passed over, and so is what cannot be read. */
  #fits(path: string): boolean {
    const resolved = this.#files.resolve(path);
    if (resolved === undefined) return false;
    try {
      return withFd(this.#files.open(resolved.path), readElf)?.machine === this.machine;
    } catch (error) {
      if (error instanceof SystemError || error instanceof InvalidError) return false;
      throw error;
    }
  }

  #isDefault(path: string): boolean {
    const directory = path.slice(0, path.lastIndexOf("/"));
    return this.#defaults.has(this.#files.resolve(directory)?.path ?? directory);
  }
}

/** Entries with other tokens than $ORIGIN depend on the processor, and are for libraries that also exist without. */
function expandOrigin({ origin, entries }: SearchPath): string[] {
  return entries
    .map((entry) => entry.replace(/\$ORIGIN\b|\$\{ORIGIN\}/g, () => origin))
    .filter((entry) => entry.startsWith("/") && !entry.includes("$"));
}

/** Nesting of `include`, so that a file that includes itself comes to an end. */
const MAX_DEPTH = 8;

function configuredDirectories(files: HostFiles, path: string, depth = 0): string[] {
  const lines = files.readText(path)?.split("\n") ?? [];
  return lines.flatMap((line) => {
    const text = line.replace(/#.*/, "").trim();
    const [, pattern] = /^include\s+(.+)$/.exec(text) ?? [];
    if (pattern === undefined) return text.startsWith("/") ? [text.replace(/\/+$/, "")] : [];
    if (depth === MAX_DEPTH) return [];
    const absolute = pattern.startsWith("/")
      ? pattern
      : `${path.slice(0, path.lastIndexOf("/"))}/${pattern}`;
    return glob(files, absolute)
      .flatMap((included) => configuredDirectories(files, included, depth + 1));
  });
}

/** Files that a pattern means; wildcards are only known in its last component. */
function glob(files: HostFiles, pattern: string): string[] {
  const slash = pattern.lastIndexOf("/"), directory = pattern.slice(0, slash);
  const source = pattern.slice(slash + 1)
    .replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`);
  return files.list(directory)
    .filter((name) => expression.test(name) && !name.startsWith("."))
    .map((name) => `${directory}/${name}`);
}
