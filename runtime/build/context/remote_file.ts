/** ADD of a URL. */

import { O } from "../../../ffi/constants.ts";
import {
  changeModeOfFd,
  close,
  type DirectoryFd,
  openAt,
  setTimesOfFd,
  type Time,
  writeAll,
} from "../../../ffi/file.ts";
import { EngineError, InvalidError } from "../../../storage/errors.ts";
import type { Store } from "../../../storage/store.ts";
import { TemporaryDirectory } from "../../../storage/temporary_directory.ts";
import { type Download, download } from "../../image/download.ts";
import type { CopySource } from "./types.ts";

/** The only algorithm of --checksum. */
const DIGEST = /^sha256:[a-f0-9]{64}$/;

/** A file that was fetched, for as long as it is not disposed of: mode 0600, root's, of the time that the server says. */
export class RemoteFile implements Disposable {
  private constructor(
    private readonly directory: TemporaryDirectory,
    readonly source: CopySource,
    /** sha256 of its content, with its prefix. */
    readonly digest: string,
  ) {}

  /**
   * Fetches an http or https URL. `checksum` is what its digest must be. InvalidError for one that is no digest; EngineError if the
   * server has not got the file, or another one.
   */
  static async fetch(store: Store, url: string, checksum?: string): Promise<RemoteFile> {
    if (checksum !== undefined && !DIGEST.test(checksum)) {
      throw new InvalidError(`invalid checksum digest format: ${checksum}`);
    }
    const found = await download(url);
    using failure = new DisposableStack();
    const directory = failure.use(TemporaryDirectory.make(store)), name = nameOf(url);
    const digest = await save(found, directory.fd, name);
    if (checksum !== undefined && digest !== checksum) {
      throw new EngineError(`digest mismatch ${digest}: ${checksum}`);
    }
    const tree = { root: directory.fd, name: url, ownership: "root" } as const;
    const source = { tree, path: name, name, isDirectory: false, keepsParents: false };
    failure.move();
    return new RemoteFile(directory, source, digest);
  }

  [Symbol.dispose](): void {
    this.directory[Symbol.dispose]();
  }
}

/** Writes it, and returns its digest. */
async function save(
  { source, lastModified }: Download,
  directory: DirectoryFd,
  name: string,
): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256"), modified = timeOf(lastModified);
  const fd = openAt(directory, name, O.WRONLY | O.CREAT | O.EXCL, 0o600);
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      writeAll(fd, chunk);
    }
    changeModeOfFd(fd, 0o600); // whatever the umask is
    setTimesOfFd(fd, modified, modified);
  } finally {
    close(fd);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** The last part of the URL's path. */
function nameOf(url: string): string {
  const { pathname } = new URL(url);
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return name === "" || name === "." || name === ".." ? "__unnamed__" : name;
}

/** The beginning of time for a server that does not say. */
function timeOf(lastModified: string | undefined): Time {
  const seconds = Math.floor(Date.parse(lastModified ?? "") / 1000);
  return { seconds: Number.isNaN(seconds) ? 0 : seconds, nanoseconds: 0 };
}
