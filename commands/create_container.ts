/** What `run` and `create` have in common: from the command line to a container that can be started. */

import { AT, O } from "../ffi/constants.ts";
import { isErrno, SystemError } from "../ffi/errno.ts";
import { close, openAt, unlink, writeAll } from "../ffi/file.ts";
import {
  createContainer,
  type CreatedContainer,
  type CreateRequest,
} from "../runtime/container/create.ts";
import { NotFoundError } from "../storage/errors.ts";
import { formatReference, parseReference, withDefaultTag } from "../storage/image/reference.ts";
import type { Store } from "../storage/store.ts";
import { UsageError } from "./cli/errors.ts";
import { printError } from "./cli/output.ts";
import type { ContainerOptions } from "./container_options.ts";
import { containerRequest } from "./container_request.ts";

/** Creates the container that the words after `run` or `create` describe; returns its id. */
export async function createFromCommandLine(
  store: Store,
  options: ContainerOptions,
  args: readonly string[],
): Promise<string> {
  const request = containerRequest(options, args);
  using cidFile = options.cidfile === undefined ? undefined : new CidFile(options.cidfile);
  if (options.pull === "always") await pull(store, request);
  const { id, warnings } = await createOrPull(store, request, options.pull);
  for (const warning of warnings) printError(`WARNING: ${warning}`);
  cidFile?.write(id);
  return id;
}

/** An image that is missing is pulled, unless that is not wanted. */
async function createOrPull(
  store: Store,
  request: CreateRequest,
  policy: string,
): Promise<CreatedContainer> {
  try {
    return await createContainer(store, request);
  } catch (error) {
    const isMissing = error instanceof NotFoundError && error.message.startsWith("No such image");
    if (!isMissing || policy !== "missing") throw error;
    const name = formatReference(withDefaultTag(parseReference(request.config.Image)));
    printError(`Unable to find image '${name}' locally`);
    await pull(store, request);
    return await createContainer(store, request);
  }
}

/** Loaded only here: most containers are made of images that are there. */
async function pull(store: Store, { config, platform }: CreateRequest): Promise<void> {
  const { pullForContainer } = await import("./pull_for_container.ts");
  await pullForContainer(store, config.Image, platform);
}

/** --cidfile: made before the container, so that nobody else's is overwritten, and gone if there is no id to put into it. */
class CidFile {
  private readonly fd: number;
  private written = false;

  constructor(private readonly path: string) {
    try {
      this.fd = openAt(AT.FDCWD, path, O.WRONLY | O.CREAT | O.EXCL, 0o644);
    } catch (error) {
      if (isErrno(error, "EEXIST")) {
        throw new UsageError(
          `container ID file found, make sure the other container isn't running or delete ${path}`,
        );
      }
      if (!(error instanceof SystemError)) throw error;
      throw new UsageError(`Failed to create the container ID file: ${error.plainMessage}`);
    }
  }

  write(id: string): void {
    writeAll(this.fd, new TextEncoder().encode(id));
    this.written = true;
  }

  [Symbol.dispose](): void {
    close(this.fd);
    if (!this.written) unlink(AT.FDCWD, this.path);
  }
}
