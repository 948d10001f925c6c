/**
 * What the engine's operations throw when a request cannot be met. Messages are Docker's words, without a prefix; how they
 * are shown, and with which exit code, is the commands' business.
 */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** Something that was named does not exist. */
export class NotFoundError extends EngineError {
  override readonly name = "NotFoundError";
}

/** The request contradicts the state that things are in: a name in use, a container that runs. */
export class ConflictError extends EngineError {
  override readonly name = "ConflictError";
}

/** The request itself makes no sense. */
export class InvalidError extends EngineError {
  override readonly name = "InvalidError";
}

/** A file of the store does not hold what it must. */
export class CorruptStoreError extends EngineError {
  override readonly name = "CorruptStoreError";
}
