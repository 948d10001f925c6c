/** The end of a run: how it is learnt, and what is made of it. */

import { EPOLL, SIGNALS } from "../../../ffi/constants.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { close, read } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import { EXIT_STATUS_SIZE } from "../../../ffi/spawn/keeper_wait.ts";
import { sendSignal, waitUntilGone } from "../../../ffi/spawn/pidfd.ts";
import { EngineError, NotFoundError } from "../../../storage/errors.ts";
import { limitingGroup } from "../../sandbox/cgroup.ts";
import type { ContainerVolumes } from "../../volume/operations.ts";
import { recordEnd, recordRestart, releaseHost } from "../conclude.ts";
import { decodeExitStatus, type Exit, readExitStatus } from "../exit_status.ts";
import { groupOf } from "../group.ts";
import { lockContainer } from "../lock_container.ts";
import { noteUnseenOutOfMemory } from "../out_of_memory.ts";
import { dismissKeeper, type RunningContainer } from "../running.ts";
import { unseenExit } from "../state.ts";

/** Waits for what the keeper tells; if another was told before, or the keeper is gone, its note is all there is. */
export async function exitOf(running: RunningContainer): Promise<Exit> {
  const { store, id, container, process, ends: { end } } = running;
  await new Promise<void>((resolve) => poller.watch(end, EPOLL.IN, () => resolve()));
  poller.unwatch(end);
  const bytes = new Uint8Array(EXIT_STATUS_SIZE);
  const code = decodeExitStatus(bytes.subarray(0, read(end, bytes)));
  close(end);
  if (code !== undefined) return { code };
  const noted = readExitStatus(store, id);
  if (noted !== undefined) return noted;
  if (process !== undefined) {
    sendSignal(process, SIGNALS.SIGKILL);
    await waitUntilGone(process);
  }
  return unseenExit(container);
}

/**
 * Clears up after a run and records its end. Returns whether there is to be another one. Where the end cannot be recorded `warn`
 * is told, and it is found out by whoever asks.
 */
export async function concludeRun(
  running: RunningContainer,
  exit: Exit,
  volumes: ContainerVolumes | undefined,
  warn: (problem: string) => void,
): Promise<boolean> {
  const { store, id, container, mountId, hostConfig, keeper, process, monitorLock } = running;
  let released = false;
  const release = async () => {
    if (released) return;
    released = true;
    await releaseHost(store, container, mountId, volumes, hostConfig);
  };
  // First of all: once the end is recorded nobody would know of the keeper. Its note remains.
  if (keeper !== undefined) dismissKeeper(keeper);
  if (process !== undefined) close(process);
  try {
    using _ = lockContainer(store, id);
    if (limitingGroup("memory", groupOf(container))) noteUnseenOutOfMemory(store, container);
    if (recordRestart(store, id, exit, volumes)) return true;
    await release();
    recordEnd(store, id, exit, volumes);
    return false;
  } catch (error) {
    await release();
    if (error instanceof NotFoundError) return false; // removed as soon as it had ended
    if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    warn(`the end of the container is not recorded: ${error.message}`);
    return false;
  } finally {
    monitorLock[Symbol.dispose]();
  }
}
