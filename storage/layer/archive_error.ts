import { EngineError } from "../errors.ts";

/** An archive that cannot be read, or that must not be unpacked. The message is one line. */
export class ArchiveError extends EngineError {
  override readonly name = "ArchiveError";
}

/** The archive ends in the middle of something. */
export function unexpectedEnd(): ArchiveError {
  return new ArchiveError("unexpected EOF");
}
