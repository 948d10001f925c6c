/** user-namespace.json in a container's directory: which ids it has of the host's. Box's own; they are free again when it goes. */

import type { IdMapping, IdMappings } from "../../ffi/idmap.ts";
import { listNames } from "../../ffi/directory.ts";
import { CorruptStoreError } from "../errors.ts";
import { goJson } from "../json.ts";
import { readJsonIfExists, replaceFile } from "../files.ts";
import type { Store } from "../store.ts";

const FILE = "user-namespace.json";

/** Undefined for a container without a user namespace. */
export function readIdMappings(directory: string): IdMappings | undefined {
  const path = `${directory}/${FILE}`, file = readJsonIfExists<IdMappings>(path);
  if (file === undefined) return undefined;
  if (![file.uidMappings, file.gidMappings].every(areMappings)) {
    throw new CorruptStoreError(`${path} does not say which ids a container has`);
  }
  return file;
}

export function writeIdMappings(
  directory: string,
  { uidMappings, gidMappings }: IdMappings,
): void {
  const text = goJson({ uidMappings, gidMappings }) + "\n";
  replaceFile(`${directory}/${FILE}`, text, { mode: 0o600 });
}

/** Those of all containers, also of ones that are being made. A damaged file takes no ids away. */
export function listIdMappings(store: Store): IdMappings[] {
  // One that is published in between is found in either place.
  return [store.temporary, store.containers].flatMap((parent) =>
    listNames(parent).flatMap((name) => {
      try {
        return readIdMappings(`${parent}/${name}`) ?? [];
      } catch (error) {
        if (error instanceof CorruptStoreError) return [];
        throw error;
      }
    })
  );
}

function areMappings(value: unknown): value is IdMapping[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((range) =>
      [range?.containerID, range?.hostID, range?.size].every((each) =>
        Number.isSafeInteger(each) && each >= 0
      )
    );
}
