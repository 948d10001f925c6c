/** Becoming the monitor of a container that has lost its own. */

import { fetchDescriptor } from "../../../ffi/spawn/pidfd.ts";
import type { StreamEnds } from "../../../storage/container/config.ts";
import { readContainer, readHostConfig } from "../../../storage/container/container_store.ts";
import type { DirectoryLock } from "../../../storage/lock.ts";
import type { Store } from "../../../storage/store.ts";
import { openKeeper, openProcess } from "../process_identity.ts";
import type { RunningContainer } from "../running.ts";

/**
 * A container as its keeper holds it; undefined if there is no keeper. The monitor's lock, which the caller has taken, belongs
 * to what is returned.
 */
export function adoptContainer(
  store: Store,
  id: string,
  mountId: string,
  monitorLock: DirectoryLock,
): RunningContainer | undefined {
  const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
  const keeper = openKeeper(container);
  if (keeper === undefined) return undefined;
  const held = Object.entries(container.BoxKeeper!.Descriptors);
  const ends = Object.fromEntries(held.map(([name, fd]) => [name, fetchDescriptor(keeper, fd)]));
  return {
    store,
    id,
    mountId,
    monitorLock,
    container,
    hostConfig,
    sockets: (container.BoxKeeper!.Sockets ?? []).map((socket) => ({
      ...socket,
      Descriptor: fetchDescriptor(keeper, socket.Descriptor),
    })),
    ends: ends as unknown as StreamEnds,
    keeper,
    process: openProcess(container),
    untie() {}, // its starter is gone
  };
}
