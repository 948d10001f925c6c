/**
 * The way from a user's network to the outside: pasta or slirp4netns, whichever the host has, passes on what comes out of an
 * interface that it makes there, as this user's own connections. It is started by the first who needs it, and ends with the
 * holder of the user's namespaces.
 */

import { AT, EPOLL, O, SIGNALS } from "../../ffi/constants.ts";
import { type Entered, entered } from "../../ffi/entered.ts";
import { close, makePipe, openAt, read, withFd } from "../../ffi/file.ts";
import { listRoutes } from "../../ffi/netlink/route/route.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { inNetworkNamespace } from "../../ffi/network_namespace.ts";
import { poller } from "../../ffi/poller.ts";
import { openPidfd, reap } from "../../ffi/spawn/pidfd.ts";
import { startTied } from "../../ffi/spawn/tied_program.ts";
import { Timer } from "../../ffi/timer.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { NetworkForbidden } from "../network/forbidden.ts";
import { holderOf } from "./namespace.ts";
import { namespacePath, networkDirectory, userNetwork } from "./user_network.ts";
import { installed, type Passer, USUAL_PATH, whyNoWayOut } from "./passers.ts";

/** Milliseconds. */
const PATIENCE = 10_000;

let opening: Promise<void> | undefined;

/** Sees to it that there is one, if there can be one. Throws EngineError if it cannot be opened nevertheless. */
export async function openWayOut(): Promise<void> {
  const user = entered();
  if (user === undefined || isOpen(user)) return;
  // Who waits for the lock stops all else in this process.
  await (opening ??= open(user).finally(() => opening = undefined));
}

function isOpen(user: Entered): boolean {
  using socket = inNetworkNamespace(userNetwork(user), () => new NetlinkSocket(NETLINK.ROUTE));
  // The last that is made: it goes with the interface, which is the program's.
  return listRoutes(socket).some(({ destination }) => destination === undefined);
}

async function open(user: Entered): Promise<void> {
  if (whyNoWayOut() !== undefined) return;
  using _ = DirectoryLock.take(networkDirectory(user), "exclusive");
  if (isOpen(user)) return;
  const failures: string[] = [];
  for (const { passer, path } of installed()) {
    const failure = await start(user, passer, path);
    if (failure === undefined) return;
    failures.push(`${passer.name}: ${failure}`);
  }
  throw new NetworkForbidden(
    `there is no way from your networks to the outside: ${failures.join("; ")}; ` +
      "--network none and --network host do without",
  );
}

/** Returns why it did not come about. */
async function start(user: Entered, passer: Passer, path: string): Promise<string | undefined> {
  const log = `${networkDirectory(user)}/${passer.name}.log`;
  const [readyEnd, ready] = makePipe(), until = openPidfd(holderOf(user.runDirectory));
  const output = openAt(AT.FDCWD, log, O.WRONLY | O.CREAT | O.TRUNC | O.NOFOLLOW, 0o600);
  try {
    const { goesToBackground } = passer, namespace = namespacePath(user);
    const argv = [path, ...passer.args({ namespace, ready })], env = [`PATH=${USUAL_PATH}`];
    using process = withFd(
      ready,
      () => startTied({ argv, env, until, output, ready, goesToBackground }),
    );
    if (await isReady(readyEnd)) return undefined;
    process.sendSignal(SIGNALS.SIGKILL);
    reap(process.pidfd);
    return lastLine(readTextIfExists(log) ?? "") ?? "it has not become ready";
  } finally {
    [readyEnd, until, output].forEach(close);
  }
}

/** Whether a byte comes out of a pipe, in time and before its end. */
function isReady(fd: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (answer: boolean) => {
      timer[Symbol.dispose]();
      poller.unwatch(fd);
      resolve(answer);
    };
    const timer = new Timer(PATIENCE, () => finish(false));
    poller.watch(fd, EPOLL.IN, () => finish(read(fd, new Uint8Array(1)) === 1));
  });
}

const lastLine = (text: string) => text.split("\n").findLast((line) => line.trim() !== "")?.trim();
