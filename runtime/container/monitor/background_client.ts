/** The background monitor as seen by the commands that need one: see background.ts. */

import { AT, F_SETFD, O } from "../../../ffi/constants.ts";
import { close, openAt } from "../../../ffi/file.ts";
import { leaveStarter } from "../../../ffi/spawn/descriptors.ts";
import { start } from "../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../ffi/spawn/program.ts";
import { execute } from "../../../ffi/spawn/search.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import { EngineError } from "../../../storage/errors.ts";
import type { ContainerConfig } from "../../../storage/image/config.ts";
import { DirectoryLock } from "../../../storage/lock.ts";
import type { Store } from "../../../storage/store.ts";

import { isChecked } from "../healthcheck.ts";
import { needsNetworkServices } from "../network_sockets.ts";

/** The socket of a store's background monitor, below its root. */
export const MONITOR_SOCKET = "monitor.sock";

/** The hidden command that is the background monitor. */
export const MONITOR_COMMAND = "monitor";

/** Whether somebody has to look after a container while it runs. For one that is only waited for, its keeper suffices. */
export function needsMonitor(config: ContainerConfig, hostConfig: HostConfig): boolean {
  const { RestartPolicy: { Name: policy }, LogConfig, AutoRemove } = hostConfig;
  return LogConfig.Type !== "none" || AutoRemove || config.Tty || isChecked(config) ||
    !["", "no"].includes(policy) || needsNetworkServices(config, hostConfig);
}

/**
 * Sees to it that every running container of the store that needs a monitor has one, now or in a moment; and so has the one with
 * this id, whether it needs one or not.
 */
export async function ensureMonitored(store: Store, id?: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!await awakenMonitor(store, id)) {
    if (performance.now() > deadline) {
      throw new EngineError(`the background monitor of ${store.root} does not answer`);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}

/** Milliseconds in which a background monitor has begun or ended, and between two attempts to reach it. */
const PATIENCE = 10_000, RETRY = 5;

/**
 * The same without waiting: false if there is a background monitor that does not answer, because it has just been started, and
 * will look around by itself, or is about to end.
 */
export async function awakenMonitor(store: Store, id?: string): Promise<boolean> {
  if (await askToAdopt(store, id)) return true;
  // The lock that one process has. That which is started inherits it.
  using lock = DirectoryLock.tryTake(store.containers);
  if (lock === undefined) return false;
  startBackgroundMonitor(store, lock, id);
  return true;
}

/** Bytes of a request: a container's id, or zeros. */
export const REQUEST_SIZE = 64;

/** Asks a background monitor to take over what has none. False: there is none to be asked. */
export async function askToAdopt(store: Store, id = ""): Promise<boolean> {
  const request = new Uint8Array(REQUEST_SIZE);
  new TextEncoder().encodeInto(id, request);
  try {
    using connection = await connect(store);
    await connection.write(request);
    return await connection.read(new Uint8Array(1)) === 1;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe
    ) return false;
    throw error;
  }
}

/** Its name may be longer than a socket's may be: it is reached through a descriptor. */
async function connect(store: Store): Promise<Deno.UnixConn> {
  const directory = openAt(AT.FDCWD, store.root, O.PATH | O.DIRECTORY);
  try {
    const path = `/proc/self/fd/${directory}/${MONITOR_SOCKET}`;
    return await Deno.connect({ transport: "unix", path });
  } finally {
    close(directory);
  }
}

/** Starts box as a background monitor, which nobody waits for. */
function startBackgroundMonitor(
  store: Store,
  { descriptor }: DirectoryLock,
  id: string | undefined,
): void {
  const program = new SpawnProgram(), args = [store.root, String(descriptor), ...id ? [id] : []];
  const argv = [...ownCommand(), MONITOR_COMMAND, ...args];
  program.append(leaveStarter([descriptor]));
  program.call("fcntl", [descriptor, F_SETFD, 0], { what: "hand the lock on" });
  program.call("chdir", ["/"], { what: "leave the working directory" });
  const variables = { ...Deno.env.toObject(), DENO_NO_UPDATE_CHECK: "1" }; // for one that is run from source
  const env = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  program.append(execute({ paths: [argv[0]], argv, env }));
  const process = start(program);
  const failure = process.waitUntilExecuted();
  if (failure !== undefined) throw failure;
  process.close();
}

/** How this program was started, up to its own arguments: a compiled one is itself, from source it is Deno with the main module. */
function ownCommand(): string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--allow-all", "--quiet", Deno.mainModule];
}
