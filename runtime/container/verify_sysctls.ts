/** Which kernel parameters are a container's own to set: runc's check, which docker makes at the start. */

import type { HostConfig } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import { donorOf } from "./shared_namespaces.ts";

const IPC = new Set(
  ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"]
    .map((name) => `kernel.${name}`),
);

/** Throws InvalidError, in runc's words, for one that is not in a namespace of the container's own. */
export function verifySysctls(
  { Sysctls, IpcMode, NetworkMode }: Pick<HostConfig, "Sysctls" | "IpcMode" | "NetworkMode">,
): void {
  const sharesIpc = IpcMode === "host" || donorOf(IpcMode) !== undefined;
  const sharesNetwork = NetworkMode === "host" || donorOf(NetworkMode) !== undefined;
  for (const name of Object.keys(Sysctls ?? {})) {
    const shown = JSON.stringify(name);
    // Dots become slashes, and slashes dots: no part of the path may lead elsewhere.
    const isPlain = name.split(".").every((part) => /^[^/\0]+(\/[^/\0]+)*$/.test(part));
    if (isPlain && (IPC.has(name) || name.startsWith("fs.mqueue."))) {
      if (!sharesIpc) continue;
      throw new InvalidError(`sysctl ${shown} is not allowed in the hosts ipc namespace`);
    }
    if (isPlain && name.startsWith("net.")) {
      if (!sharesNetwork) continue;
      throw new InvalidError(`sysctl ${shown} not allowed in host network namespace`);
    }
    throw new InvalidError(`sysctl ${shown} is not in a separate kernel namespace`);
  }
}
