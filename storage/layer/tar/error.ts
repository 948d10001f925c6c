import { ArchiveError } from "../archive_error.ts";

/** A header that makes no sense; `position` is where it lies in the archive, in bytes. */
export function invalidHeader(reason: string, position: number): ArchiveError {
  return new ArchiveError(`archive/tar: invalid tar header: ${reason} at byte ${position}`);
}
