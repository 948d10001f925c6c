/** What a volume can be called. */

import { InvalidError } from "../errors.ts";

const SHORTEST = 2;

/** Whether a directory below volumes/ can be a volume. */
export function isVolumeName(name: string): boolean {
  return name.length >= SHORTEST && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name);
}

/** Throws InvalidError in docker's words for what cannot be a volume's name. */
export function checkVolumeName(name: string): void {
  if (isVolumeName(name)) return;
  throw new InvalidError(
    name.length < SHORTEST
      ? "volume name is too short, names should be at least two alphanumeric characters"
      : `"${name}" includes invalid characters for a local volume name, ` +
        'only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. ' +
        "If you intended to pass a host directory, use absolute path",
  );
}
