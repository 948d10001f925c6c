/** What can be wrong with a request to copy. */

import { EngineError } from "../../storage/errors.ts";

/** What docker's client finds out by itself; the message is complete. */
export class CopyError extends EngineError {
  override readonly name = "CopyError";
}

/** The place in the container that was named last cannot take what is to be copied. The message says what it must be. */
export class DestinationError extends EngineError {
  override readonly name = "DestinationError";
}

/** Nothing is at this path of the container. */
export class PathNotFoundError extends EngineError {
  override readonly name = "PathNotFoundError";

  constructor(readonly path: string) {
    super(`stat ${path}: no such file or directory`);
  }
}
