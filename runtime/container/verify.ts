/** What docker's daemon checks of a container's settings before it makes the container. */

import type { HostConfig } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig, Healthcheck } from "../../storage/image/config.ts";
import { donorOf } from "./shared_namespaces.ts";
import { verifyPorts } from "./verify_ports.ts";

/** Throws InvalidError in docker's words. `config` is what was asked for, without the image's part in it. */
export function verifySettings(config: Partial<ContainerConfig>, hostConfig: HostConfig): void {
  const { RestartPolicy, AutoRemove, IpcMode, UTSMode } = hostConfig;
  if (config.Healthcheck) verifyHealthcheck(config.Healthcheck);
  verifyRestartPolicy(RestartPolicy);
  verifyPorts(config, hostConfig);
  if (AutoRemove && !isNone(RestartPolicy)) {
    throw new InvalidError("can't create 'AutoRemove' container with restart policy");
  }
  if (!ipcModes.includes(IpcMode) && !donorOf(IpcMode)) {
    throw new InvalidError(`Invalid IPC mode: ${IpcMode}`);
  }
  if (UTSMode === "host" && config.Hostname) {
    throw new InvalidError("conflicting options: hostname and the UTS mode");
  }
  // Docker finds this out at the start.
  if (UTSMode === "host" && config.Domainname) {
    throw new InvalidError("conflicting options: domainname and the UTS mode");
  }
}

/** Those that do not name a container. */
const ipcModes = ["none", "private", "shareable", "host"];

/** Whether a container stays down when it has ended. */
function isNone({ Name }: HostConfig["RestartPolicy"]): boolean {
  return Name === "" || Name === "no";
}

/** Throws InvalidError in docker's words for a restart policy that there is not. */
export function verifyRestartPolicy(policy: HostConfig["RestartPolicy"]): void {
  const { Name: name, MaximumRetryCount: count } = policy;
  switch (name) {
    case "":
      return;
    case "no":
    case "always":
    case "unless-stopped":
      if (count === 0) return;
      throw new InvalidError(`maximum retry count cannot be used with restart policy '${name}'`);
    case "on-failure":
      if (count >= 0) return;
      throw new InvalidError("maximum retry count cannot be negative");
    default:
      throw new InvalidError(`invalid restart policy '${name}'`);
  }
}

/** Nanoseconds. */
const SHORTEST_DURATION = 1_000_000;

function verifyHealthcheck(healthcheck: Healthcheck): void {
  for (const name of ["Interval", "Timeout", "StartPeriod", "StartInterval"] as const) {
    const duration = healthcheck[name] ?? 0;
    if (duration !== 0 && duration < SHORTEST_DURATION) {
      throw new InvalidError(`${name} in Healthcheck cannot be less than 1ms`);
    }
  }
  if ((healthcheck.Retries ?? 0) < 0) {
    throw new InvalidError("Retries in Healthcheck cannot be negative");
  }
}
