/** What a start leaves in a container's file: that it runs, that the kernel refused its program, or why there was no start. */

import type { Keeper } from "../../ffi/spawn/keeper.ts";
import type { ContainerFile, HostConfig, KeeperIdentity } from "../../storage/container/config.ts";
import type { Store } from "../../storage/store.ts";
import { now } from "../../storage/time.ts";
import { StartError } from "../sandbox/start.ts";
import { healthAtStart } from "./healthcheck.ts";
import { logPathOf } from "./log/container_log.ts";
import type { ContainerNetwork } from "./network.ts";
import { bootId, identifyProcess } from "./process_identity.ts";
import { hasAppArmor } from "./security.ts";

/** One that runs, and what proves it. `isRestart`: its restart policy has started it. */
export function startedContainer(
  container: ContainerFile,
  { pid, processPid }: Keeper,
  held: Pick<KeeperIdentity, "Descriptors" | "Sockets">,
  network: ContainerNetwork,
  isRestart: boolean,
): ContainerFile {
  const keeper = identifyProcess(pid);
  return {
    ...freshlyStarted(container, isRestart),
    State: {
      ...container.State,
      Running: true,
      Restarting: false,
      OOMKilled: false,
      Pid: processPid,
      ExitCode: 0,
      Error: "",
      StartedAt: now(),
      Health: healthAtStart(container),
    },
    // It may be over and gone already.
    BoxProcess: identifyProcess(processPid) ?? { StartTime: "", BootID: bootId() },
    BoxKeeper: keeper && { Pid: pid, ...keeper, ...held },
    NetworkSettings: network.settings(container.NetworkSettings, processPid),
  };
}

/** One whose program the kernel did not execute: it has ended as soon as it had started. */
export function refusedContainer(container: ContainerFile, isRestart: boolean): ContainerFile {
  return {
    ...freshlyStarted(container, isRestart),
    State: { ...container.State, Running: false, Restarting: false, StartedAt: now() },
    BoxProcess: { StartTime: "", BootID: bootId() },
  };
}

/** One that has not been started, and why. */
export function failedContainer(container: ContainerFile, error: unknown): ContainerFile {
  const ExitCode = error instanceof StartError ? error.exitCode : 128;
  const Error = error instanceof globalThis.Error ? error.message : String(error);
  const State = { ...container.State, Running: false, Restarting: false, ExitCode, Error };
  return { ...container, State };
}

/** What every start leaves; `files` is where its hosts, hostname and resolv.conf are. */
export function withPlaces(
  container: ContainerFile,
  store: Store,
  hostConfig: HostConfig,
  files: string,
): ContainerFile {
  return {
    ...container,
    HasBeenStartedBefore: true,
    AppArmorProfile: container.AppArmorProfile && hasAppArmor() ? container.AppArmorProfile : "",
    LogPath: logPathOf(store, container.ID, hostConfig),
    HostnamePath: `${files}/hostname`,
    HostsPath: `${files}/hosts`,
    ResolvConfPath: `${files}/resolv.conf`,
  };
}

/** Without what a start by hand does away with. */
function freshlyStarted(container: ContainerFile, isRestart: boolean): ContainerFile {
  const RestartCount = isRestart ? container.RestartCount : 0;
  return { ...container, RestartCount, HasBeenManuallyStopped: false };
}
