/** What storage/sweep.ts cannot see: containers whose monitor was killed, and processes that a killed commit left frozen. */

import { listNames } from "../../ffi/directory.ts";
import { SystemError } from "../../ffi/errno.ts";
import {
  containerExists,
  containerPath,
  readContainerIfExists,
} from "../../storage/container/container_store.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { CorruptStoreError, NotFoundError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { unmountOverlay } from "../../storage/overlay2/mount.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { Cgroup, frozenContainers, probeCgroups } from "../sandbox/cgroup.ts";
import { recordEnd, releaseHost } from "./conclude.ts";
import { readExitStatus } from "./exit_status.ts";
import { killAndWait } from "./kill.ts";
import { lockContainer } from "./lock_container.ts";
import { adoptContainer } from "./monitor/adopt.ts";
import { ensureMonitored } from "./monitor/background_client.ts";
import { Monitor } from "./monitor/monitor.ts";
import { isAlive, keeperIsAlive } from "./process_identity.ts";
import { unseenExit } from "./state.ts";

/** Every command that changes containers starts with it: the store's layout is made, and what crashes left is cleared away. */
export async function prepareForContainers(store: Store): Promise<void> {
  prepareForWriting(store);
  await thawForgotten(store); // first of all, since what is frozen cannot be killed
  let orphans = 0;
  for (const mountId of mountedOverlays(store)) {
    // Whoever runs a container holds this lock as long as its root is mounted.
    using lock = DirectoryLock.tryTake(`${store.overlays}/${mountId}`);
    if (lock !== undefined && !await concludeIfEnded(store, mountId, lock)) orphans++;
  }
  if (orphans > 0) await ensureMonitored(store);
}

/** Ids of the overlays of this store that are mounted. */
function mountedOverlays(store: Store): string[] {
  const prefix = `${Deno.realPathSync(store.overlays)}/`, suffix = "/merged";
  return (readTextIfExists("/proc/self/mountinfo") ?? "").split("\n")
    .map((line) => unescapeOctal(line.split(" ", 5)[4] ?? ""))
    .filter((path) => path.startsWith(prefix) && path.endsWith(suffix))
    .map((path) => path.slice(prefix.length, -suffix.length))
    .filter((mountId) => /^[a-f0-9]+$/.test(mountId));
}

/** Space, tab, newline and backslash are written as \ooo in mountinfo: proc_pid_mountinfo(5). */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

/**
 * Clears up after a container that has lost its monitor, if it has ended. False: it still runs. Needs the monitor's lock, which
 * may be given back early.
 */
export async function concludeIfEnded(
  store: Store,
  mountId: string,
  lock: DirectoryLock,
): Promise<boolean> {
  const id = listNames(store.mounts)
    .find((each) => readTextIfExists(`${store.mounts}/${each}/mount-id`) === mountId);
  if (id === undefined || !containerExists(store, id)) {
    unmountOverlay(store, mountId);
    return true;
  }
  try {
    const container = readContainerIfExists(store, id);
    if (container === undefined) return true;
    if (isAlive(container) && (keeperIsAlive(container) || container.BoxKeeper === undefined)) {
      return container.BoxKeeper === undefined; // dockerd's
    }
    const running = adoptContainer(store, id, mountId, lock);
    if (running !== undefined) {
      await new Monitor(running).ended; // its last words may still have to be read
      return true;
    }
    await killAndWait(container);
    using _ = lockContainer(store, id);
    releaseHost(store, id, mountId);
    if (container.State.Running) {
      recordEnd(store, id, readExitStatus(store, id) ?? unseenExit(container));
    }
    return true;
  } catch (error) {
    // One container must not stand in the way of the others, nor of its own removal.
    if (error instanceof CorruptStoreError) unmountOverlay(store, mountId);
    else if (!(error instanceof SystemError || error instanceof NotFoundError)) throw error;
    return true;
  }
}

async function thawForgotten(store: Store): Promise<void> {
  const hierarchy = probeCgroups();
  if (hierarchy === undefined) return;
  for (const id of frozenContainers(hierarchy)) {
    if (!containerExists(store, id)) continue;
    using lock = DirectoryLock.tryTake(containerPath(store, id));
    if (lock === undefined || readContainerIfExists(store, id)?.State.Paused) continue;
    await new Cgroup(hierarchy, id).thaw();
  }
}
