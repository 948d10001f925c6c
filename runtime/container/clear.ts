/** Clearing up after a container that has lost its monitor, and then its process. */

import { readContainerIfExists, readHostConfig } from "../../storage/container/container_store.ts";
import type { DirectoryLock } from "../../storage/lock.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { readCgroupParent } from "../../storage/layer/cgroup_parent.ts";
import type { Store } from "../../storage/store.ts";
import { clearGroup } from "../sandbox/temporary_group.ts";
import { recordEnd, recordRestart, releaseHost } from "./conclude.ts";
import { readExitStatus } from "./exit_status.ts";
import { groupIn } from "./group.ts";
import { killAndWait } from "./kill.ts";
import { lockContainer } from "./lock_container.ts";
import { adoptContainer } from "./monitor/adopt.ts";
import { Monitor } from "./monitor/monitor.ts";
import { releaseNetwork } from "./network.ts";
import { noteUnseenOutOfMemory } from "./out_of_memory.ts";
import { isAlive } from "./process_identity.ts";
import { isOfThisBoot, unseenExit } from "./state.ts";
import { volumesOf } from "./volumes.ts";

/**
 * Passes a container's last words on and writes down how it ended; an overlay without a container is unmounted. Needs the
 * monitor's lock, which may be given back early.
 */
export async function clear(
  store: Store,
  id: string | undefined,
  mountId: string,
  lock: DirectoryLock,
): Promise<void> {
  const container = id === undefined ? undefined : readContainerIfExists(store, id);
  if (id === undefined || container === undefined) {
    const CgroupParent = readCgroupParent(store, mountId);
    await clearGroup(groupIn(mountId, { CgroupParent }));
    await releaseNetwork(store, mountId); // a build's
    return driverOf(store).unmount(store, mountId);
  }
  if (isAlive(container) && container.BoxProcess === undefined) return; // dockerd's
  const running = adoptContainer(store, id, mountId, lock);
  if (running !== undefined) {
    const monitor = new Monitor(running); // its last words may still have to be read
    await monitor.execs.adopt();
    await monitor.ended;
    return;
  }
  await killAndWait(container);
  const volumes = await volumesOf(store, container);
  using _ = lockContainer(store, id);
  const exit = readExitStatus(store, id) ?? unseenExit(container);
  const hasRun = container.State.Running;
  if (hasRun) noteUnseenOutOfMemory(store, container);
  // What the restart of the host has ended is for `system restore` to start.
  if (hasRun && isOfThisBoot(container) && recordRestart(store, id, exit, volumes)) return;
  await releaseHost(store, container, mountId, volumes, readHostConfig(store, id));
  if (hasRun) recordEnd(store, id, exit, volumes);
}
