/** Which containers need a monitor. */

import type { HostConfig } from "../../../storage/container/config.ts";
import type { ContainerConfig } from "../../../storage/image/config.ts";
import { isChecked } from "../healthcheck.ts";
import { needsNetworkServices } from "../network_sockets.ts";

/** Whether somebody has to look after a container while it runs. For one that is only waited for, its keeper suffices. */
export function needsMonitor(config: ContainerConfig, hostConfig: HostConfig): boolean {
  const { RestartPolicy: { Name: policy }, LogConfig, AutoRemove } = hostConfig;
  return LogConfig.Type !== "none" || AutoRemove || config.Tty || isChecked(config) ||
    !["", "no"].includes(policy) || needsNetworkServices(config, hostConfig);
}
