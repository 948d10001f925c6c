/** Network namespaces: network_namespaces(7). */

import { AT, CLONE, O } from "./constants.ts";
import { check } from "./errno.ts";
import { close, openAt } from "./file.ts";
import { kernel } from "./kernel.ts";
import { unshare } from "./mount.ts";

const openOwn = () => openAt(AT.FDCWD, "/proc/thread-self/ns/net", O.RDONLY);

/**
 * A new network namespace, as a descriptor, with its loopback interface down; it ends when nobody uses it any more. `inside` is
 * called in it, for what belongs to the namespace that its thread is in: sockets, /proc/sys/net. It must be synchronous.
 */
export function createNetworkNamespace<T>(inside: () => T): { fd: number; result: T } {
  const home = openOwn();
  try {
    unshare(CLONE.NEWNET);
    try {
      const fd = openOwn();
      try {
        return { fd, result: inside() };
      } catch (error) {
        close(fd);
        throw error;
      }
    } finally {
      enter(home);
    }
  } finally {
    close(home);
  }
}

/** The same for one that exists. */
export function insideNetworkNamespace<T>(fd: number, inside: () => T): { fd: number; result: T } {
  try {
    return { fd, result: inNetworkNamespace(fd, inside) };
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** Calls a synchronous function in another network namespace. */
export function inNetworkNamespace<T>(fd: number, action: () => T): T {
  const home = openOwn();
  try {
    enter(fd);
    try {
      return action();
    } finally {
      enter(home);
    }
  } finally {
    close(home);
  }
}

function enter(fd: number): void {
  check(kernel.setns(fd, CLONE.NEWNET), "setns", "network namespace");
}
