/** The background monitor as seen by the commands that need one: see background.ts. */

import { AT, O } from "../../../ffi/constants.ts";
import { close, openAt } from "../../../ffi/file.ts";
import { leaveStarter } from "../../../ffi/spawn/descriptors.ts";
import { start } from "../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../ffi/spawn/program.ts";
import { execute } from "../../../ffi/spawn/search.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import type { ContainerConfig } from "../../../storage/image/config.ts";
import type { Store } from "../../../storage/store.ts";

import { isChecked } from "../healthcheck.ts";

/** The socket of a store's background monitor, below its root. */
export const MONITOR_SOCKET = "monitor.sock";

/** The hidden command that is the background monitor. */
export const MONITOR_COMMAND = "monitor";

/** Whether somebody has to look after a container while it runs. For one that is only waited for, its keeper suffices. */
export function needsMonitor(config: ContainerConfig, hostConfig: HostConfig): boolean {
  const { RestartPolicy: { Name: policy }, LogConfig, AutoRemove } = hostConfig;
  return LogConfig.Type !== "none" || AutoRemove || config.Tty || isChecked(config) ||
    !["", "no"].includes(policy);
}

/** Sees to it that every running container of the store has a monitor, now or in a moment. */
export async function ensureMonitored(store: Store): Promise<void> {
  if (!await askToAdopt(store)) startBackgroundMonitor(store);
}

/** Asks a background monitor to take over what has none. False: there is none to be asked. */
export async function askToAdopt(store: Store): Promise<boolean> {
  try {
    using connection = await connect(store);
    return await connection.read(new Uint8Array(1)) === 1;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.ConnectionReset
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
function startBackgroundMonitor(store: Store): void {
  const program = new SpawnProgram(), argv = [...ownCommand(), MONITOR_COMMAND, store.root];
  program.append(leaveStarter([]));
  program.call("chdir", ["/"], { what: "leave the working directory" });
  const env = Object.entries(Deno.env.toObject()).map(([name, value]) => `${name}=${value}`);
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
