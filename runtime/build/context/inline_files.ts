/** Heredocs of COPY and ADD: files whose content stands in the Dockerfile. */

import { O } from "../../../ffi/constants.ts";
import { encodeName } from "../../../ffi/cstring.ts";
import { changeModeOfFd, openAt, withFd, writeAll } from "../../../ffi/file.ts";
import { InvalidError } from "../../../storage/errors.ts";
import type { Store } from "../../../storage/store.ts";
import { TemporaryDirectory } from "../../../storage/temporary_directory.ts";
import type { CopySource, SourceTree } from "./types.ts";

export interface InlineFile {
  /** What it is called in a destination that is a directory: the word that ends it. */
  readonly name: string;
  readonly content: string;
}

/** Files of mode 0644, for as long as it is not disposed of. */
export class InlineFiles implements Disposable {
  readonly sources: readonly CopySource[];

  private constructor(private readonly directories: DisposableStack, sources: CopySource[]) {
    this.sources = sources;
  }

  static write(store: Store, files: readonly InlineFile[]): InlineFiles {
    using resources = new DisposableStack();
    // Each in a directory of its own: two may have the same name.
    const sources = files.map(({ name, content }) => {
      if (name === "." || name === ".." || name.includes("/")) {
        throw new InvalidError(`invalid name of an inline document: ${JSON.stringify(name)}`);
      }
      const directory = resources.use(TemporaryDirectory.make(store));
      withFd(openAt(directory.fd, name, O.WRONLY | O.CREAT | O.EXCL, 0o644), (fd) => {
        writeAll(fd, encodeName(content));
        changeModeOfFd(fd, 0o644); // whatever the umask is
      });
      const tree: SourceTree = { root: directory.fd, name: "inline", ownership: "root" };
      return { tree, path: name, name, isDirectory: false, keepsParents: false };
    });
    return new InlineFiles(resources.move(), sources);
  }

  [Symbol.dispose](): void {
    this.directories.dispose();
  }
}
