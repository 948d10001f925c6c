/** What storage/sweep.ts cannot see: containers whose monitor was killed, and processes that a killed commit left frozen. */

import { listNames } from "../../ffi/directory.ts";
import { SystemError } from "../../ffi/errno.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerExists,
  containerPath,
  readContainerIfExists,
  readHostConfig,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { removeContainer } from "../../storage/container/staged_container.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { CorruptStoreError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { unmountOverlay } from "../../storage/overlay2/mount.ts";
import type { Store } from "../../storage/store.ts";
import { prepareForWriting } from "../../storage/sweep.ts";
import { Cgroup, frozenContainers, probeCgroups } from "../sandbox/cgroup.ts";
import { killAndWait } from "./kill.ts";
import { isAlive } from "./process_identity.ts";
import { withTrueState } from "./state.ts";

/** Every command that changes containers starts with it: the store's layout is made, and what crashes left is cleared away. */
export async function prepareForContainers(store: Store): Promise<void> {
  prepareForWriting(store);
  await thawForgotten(store); // first of all, since what is frozen cannot be killed
  for (const mountId of mountedOverlays(store)) {
    // Whoever runs a container holds this lock as long as its root is mounted.
    using lock = DirectoryLock.tryTake(`${store.overlays}/${mountId}`);
    if (lock === undefined) continue;
    if (await isConcluded(store, mountId)) unmountOverlay(store, mountId);
  }
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
 * Ends a container that has lost its monitor, if the kernel has not done so (it does not for a setuid program), and writes that
 * down. False: not yet, somebody is at it, it is not ours, or the disk is full.
 */
async function isConcluded(store: Store, mountId: string): Promise<boolean> {
  const id = listNames(store.mounts)
    .find((each) => readTextIfExists(`${store.mounts}/${each}/mount-id`) === mountId);
  if (id === undefined || !containerExists(store, id)) return true;
  using lock = DirectoryLock.tryTake(containerPath(store, id));
  if (lock === undefined) return false;
  try {
    const container = readContainerIfExists(store, id);
    if (container === undefined) return true;
    if (isAlive(container) && container.BoxProcess === undefined) return false; // dockerd's
    await killAndWait(container);
    conclude(store, container);
    return true;
  } catch (error) {
    // One container must not stand in the way of the others, nor of its own removal.
    if (error instanceof CorruptStoreError) return true;
    if (error instanceof SystemError) return false;
    throw error;
  }
}

function conclude(store: Store, container: ContainerFile): void {
  const { ID: id, Name: name, State: state } = container;
  const hierarchy = probeCgroups();
  if (hierarchy) new Cgroup(hierarchy, id).remove();
  if (readHostConfig(store, id).AutoRemove) removeContainer(store, id, name.slice(1));
  else if (state.Running) writeContainer(containerPath(store, id), withTrueState(container));
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
