/** The processes that are executed in a container: `exec/<id>` in its directory names the keeper of each as long as it runs. */

import { listNames } from "../../../ffi/directory.ts";
import { SystemError } from "../../../ffi/errno.ts";
import type { KeeperIdentity } from "../../../storage/container/config.ts";
import { containerPath } from "../../../storage/container/container_store.ts";
import { CorruptStoreError } from "../../../storage/errors.ts";
import {
  ensureDirectory,
  readJsonIfExists,
  replaceFile,
  unlinkIfExists,
} from "../../../storage/files.ts";
import type { Store } from "../../../storage/store.ts";
import { identifyProcess, isRunning } from "../process_identity.ts";
import type { ExecProcess } from "./exec.ts";

/** A keeper with the pipe that tells the end. */
export interface ExecKeeper extends KeeperIdentity {
  /** Whether a monitor of the container has taken it over, so that its end is for the next one to note. */
  readonly Detached: boolean;
}

const directoryOf = (store: Store, id: string) => `${containerPath(store, id)}/exec`;

/** Notes that a process runs, and that whoever has started it sees its end. */
export function noteExec({ store, container, id, keeper: { pid }, ends }: ExecProcess): void {
  const identity = identifyProcess(pid);
  if (identity === undefined) return;
  const Descriptors = { end: ends.end };
  writeExec(store, container.ID, id, { Pid: pid, ...identity, Descriptors, Detached: false });
}

/** On a full disk the process runs all the same, and is not listed. */
export function writeExec(
  store: Store,
  containerId: string,
  id: string,
  keeper: ExecKeeper,
): void {
  const directory = directoryOf(store, containerId);
  try {
    ensureDirectory(directory, 0o700);
    replaceFile(`${directory}/${id}`, JSON.stringify(keeper), { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/** Takes a note away, if there is one. */
export function forgetExec(store: Store, containerId: string, id: string): void {
  unlinkIfExists(`${directoryOf(store, containerId)}/${id}`);
}

/** Ids of the processes that are noted, whether they still run or not. */
export function listExecs(store: Store, containerId: string): string[] {
  return listNames(directoryOf(store, containerId)).filter((name) => /^[0-9a-f]{64}$/.test(name));
}

/** Undefined for what is no longer noted. */
export function readExec(store: Store, containerId: string, id: string): ExecKeeper | undefined {
  try {
    return readJsonIfExists<ExecKeeper>(`${directoryOf(store, containerId)}/${id}`);
  } catch (error) {
    if (error instanceof CorruptStoreError) return undefined;
    throw error;
  }
}

/** Ids of the processes that run. */
export function runningExecs(store: Store, containerId: string): string[] {
  return listExecs(store, containerId).filter((id) => {
    const keeper = readExec(store, containerId, id);
    return keeper !== undefined && isRunning(keeper.Pid, keeper);
  });
}
