/** Network namespaces: network_namespaces(7). */

import { AT, CLONE, O } from "./constants.ts";
import { ENTERED } from "./entered.ts";
import { check } from "./errno.ts";
import { close, openAt } from "./file.ts";
import { kernel } from "./kernel.ts";
import { unshare } from "./mount.ts";
import { callElsewhere, runWithDescriptors } from "./network_calls.ts";
import { SpawnProgram } from "./spawn/program.ts";

const OWN = "/proc/thread-self/ns/net";
const openOwn = () => openAt(AT.FDCWD, OWN, O.RDONLY);

/** Whether this process could not come back from another network namespace to its own: it has entered a user namespace. */
const isBound = () => Deno.env.has(ENTERED);

/**
 * A new network namespace, as a descriptor, with its loopback interface down; it ends when nobody uses it any more. `inside` is
 * called in it: see inNetworkNamespace().
 */
export function createNetworkNamespace<T>(inside: () => T): { fd: number; result: T } {
  if (isBound()) return insideNetworkNamespace(createFromOutside(), inside);
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

function createFromOutside(): number {
  const program = new SpawnProgram();
  program.call("unshare", [CLONE.NEWNET], { what: "make a network namespace" });
  const opened = program.call("openat", [AT.FDCWD, OWN, O.RDONLY | O.CLOEXEC, 0], {
    what: "open the network namespace",
  });
  return runWithDescriptors(program, opened);
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

/**
 * Calls a synchronous function in another network namespace, for what belongs to the one that a thread is in: the calls of
 * network_calls.ts.
 */
export function inNetworkNamespace<T>(fd: number, action: () => T): T {
  if (isBound()) return callElsewhere(fd, action);
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
