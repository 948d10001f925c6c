/** Whether a tree is what it was: told by what stat(2) says of all that is in it, taken together, without looking at each file. */

import { O } from "../../../ffi/constants.ts";
import { encodeName } from "../../../ffi/cstring.ts";
import { DT } from "../../../ffi/directory.ts";
import {
  DirectoryStates,
  type EntryFilter,
  openSubdirectory,
} from "../../../ffi/directory_state.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { close, type DirectoryFd } from "../../../ffi/file.ts";
import { RECENT } from "../../../storage/build/checksum_table.ts";
import { sha256 } from "../../../storage/digest.ts";
import { baseOf, joinPaths, parentOf } from "../../../storage/layer/name.ts";
import { clock } from "../../../storage/time.ts";
import { Exclusion } from "./exclusion.ts";
import { openSource } from "./source_lookup.ts";
import type { CopyOptions, CopySource } from "./types.ts";
import { inTurns } from "./walk.ts";

export interface TreeState {
  /** sha256 of the words of a copy and of what stat(2) says, times of access left out. */
  readonly key: string;
  /** Whether something has changed so recently that it could change again without a trace. */
  readonly isYoung: boolean;
}

/**
 * The state of all sources; undefined where it cannot be told: an error, which reading the files will explain, or options that
 * are not known by their words.
 */
export async function treeStateOf(
  sources: readonly CopySource[],
  { words, exclude }: CopyOptions,
): Promise<TreeState | undefined> {
  const isKnown = words !== undefined &&
    sources.every(({ tree, keepsParents }) =>
      !keepsParents && (!tree.exclude || tree.exclude.patterns)
    );
  if (!isKnown) return undefined;
  const digests: Promise<string>[] = [sha256(JSON.stringify([words, ...sources.map(described)]))];
  const states = new DirectoryStates((bytes) => digests.push(sha256(bytes)), before(RECENT));
  try {
    for (const source of sources) {
      await inTurns(record(source, new Exclusion(source, exclude), states));
    }
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
  states.flush();
  return { key: await sha256((await Promise.all(digests)).join()), isYoung: states.isYoung };
}

function described({ tree, path, name, isDirectory }: CopySource) {
  return [path, name, isDirectory, tree.ownership, tree.exclude?.patterns ?? null];
}

/** So many nanoseconds ago. */
function before(nanoseconds: number) {
  const now = clock(), isEarlier = now.nanoseconds < nanoseconds;
  return {
    seconds: now.seconds - (isEarlier ? 1 : 0),
    nanoseconds: now.nanoseconds - nanoseconds + (isEarlier ? 1e9 : 0),
  };
}

function* record(
  { tree, path, isDirectory }: CopySource,
  exclusion: Exclusion,
  states: DirectoryStates,
): Generator<void> {
  const flags = isDirectory ? O.RDONLY | O.DIRECTORY : O.PATH | O.DIRECTORY;
  const fd = openSource(tree, isDirectory ? path : parentOf(path), flags);
  try {
    states.add(fd, encodeName(isDirectory ? "\0" : `${baseOf(path)}\0`));
    if (isDirectory) yield* recordContent(fd, path, exclusion, states);
  } finally {
    close(fd);
  }
}

function* recordContent(
  fd: DirectoryFd,
  path: string,
  exclusion: Exclusion,
  states: DirectoryStates,
): Generator<void> {
  const filter: EntryFilter | undefined = exclusion.isEmpty
    ? undefined
    : (name, type) => exclusion.of(joinPaths(path, name), type === DT.DIR) !== "all";
  const directories = states.addEntries(fd, filter);
  yield;
  for (const directory of directories) {
    const opened = openSubdirectory(fd, directory);
    try {
      yield* recordContent(opened, joinPaths(path, directory.text), exclusion, states);
    } finally {
      close(opened);
    }
  }
}
