/** Processes of a container that the kernel has killed because the container was at its limit of memory. */

import { AT, EFD, EPOLL, O } from "../../ffi/constants.ts";
import { check, isErrno } from "../../ffi/errno.ts";
import { close, openAt, pread, read, withFd, writeAll } from "../../ffi/file.ts";
import { kernel } from "../../ffi/kernel.ts";
import { poller } from "../../ffi/poller.ts";
import { Timer } from "../../ffi/timer.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { readTextIfExists } from "../../storage/files.ts";
import type { Store } from "../../storage/store.ts";
import { limitingGroup } from "../sandbox/cgroup.ts";
import { groupOf } from "./group.ts";
import { recordContainerEvent } from "./record_event.ts";

/** Writes down that it has happened. Needs the lock on the container. */
export function noteOutOfMemory(store: Store, id: string): void {
  const container = readContainer(store, id);
  recordContainerEvent(store, container, "oom");
  if (container.State.OOMKilled) return;
  writeContainer(containerPath(store, id), {
    ...container,
    State: { ...container.State, OOMKilled: true },
  });
}

/** The same if it has happened in this run and nobody has noticed. Needs the lock on the container. */
export function noteUnseenOutOfMemory(store: Store, container: ContainerFile): void {
  const file = counterFile(container), { ID: id } = container;
  if (file === undefined || killsIn(readCounters(file.path)) === 0) return;
  if (!readContainer(store, id).State.OOMKilled) noteOutOfMemory(store, id);
}

/** Calls back whenever it happens from now on, until what is returned is called. For a container without such a limit it never does. */
export function watchOutOfMemory(container: ContainerFile, happened: () => void): () => void {
  const file = counterFile(container);
  if (file === undefined) return () => {};
  try {
    return file.version === 1 ? watchV1(file.path, happened) : watchV2(file.path, happened);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENODEV")) return () => {}; // it has ended meanwhile
    throw error;
  }
}

interface CounterFile {
  readonly version: 1 | 2;
  readonly path: string;
}

function counterFile(container: ContainerFile): CounterFile | undefined {
  const group = limitingGroup("memory", groupOf(container));
  if (group === undefined) return undefined;
  const { version, path } = group;
  return { version, path: `${path}/${version === 1 ? "memory.oom_control" : "memory.events"}` };
}

function readCounters(path: string): string {
  try {
    return readTextIfExists(path) ?? "";
  } catch (error) {
    if (isErrno(error, "ENODEV", "EOPNOTSUPP")) return ""; // the group is gone
    throw error;
  }
}

function killsIn(counters: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(counters)?.[1] ?? 0);
}

/** Milliseconds from the notification to the kill, and how often they may pass. */
const KILLED_WITHIN = 10, ATTEMPTS = 100;

/** An eventfd that the kernel counts up before it kills: Documentation/admin-guide/cgroup-v1/memory.rst, 10. */
function watchV1(path: string, happened: () => void): () => void {
  const event = check(kernel.eventfd2(0, EFD.CLOEXEC | EFD.NONBLOCK), "eventfd");
  try {
    const control = path.replace(/[^/]+$/, "cgroup.event_control");
    withFd(
      openAt(AT.FDCWD, path, O.RDONLY),
      (counters) =>
        withFd(
          openAt(AT.FDCWD, control, O.WRONLY),
          (fd) => writeAll(fd, new TextEncoder().encode(`${event} ${counters}`)),
        ),
    );
  } catch (error) {
    close(event);
    throw error;
  }
  const bytes = new Uint8Array(8);
  let known = killsIn(readCounters(path)), timer: Timer | undefined;
  const look = (attempts: number) => {
    const counters = readCounters(path), kills = killsIn(counters);
    // One that is not to be killed waits for memory instead.
    if (kills > known || /^oom_kill_disable 1$/m.test(counters)) happened();
    else if (attempts > 0) timer = new Timer(KILLED_WITHIN, () => look(attempts - 1));
    known = kills;
  };
  poller.watch(event, EPOLL.IN, () => {
    read(event, bytes);
    timer?.[Symbol.dispose]();
    look(ATTEMPTS);
  });
  return () => {
    timer?.[Symbol.dispose]();
    stop(event);
  };
}

/** The file is said to be urgent when it has changed, until it is read again: cgroup-v2.rst. */
function watchV2(path: string, happened: () => void): () => void {
  const file = openAt(AT.FDCWD, path, O.RDONLY), bytes = new Uint8Array(4096);
  const count = () => {
    try {
      return killsIn(new TextDecoder().decode(bytes.subarray(0, pread(file, bytes, 0))));
    } catch (error) {
      if (isErrno(error, "ENODEV")) return undefined;
      throw error;
    }
  };
  let known = count() ?? 0;
  poller.watch(file, EPOLL.PRI, () => {
    const kills = count();
    if (kills === undefined) return poller.unwatch(file); // the group is gone
    if (kills > known) happened();
    known = kills;
  });
  return () => stop(file);
}

function stop(fd: number): void {
  poller.unwatch(fd);
  close(fd);
}
