/** All about a container, in docker's form. */

import type {
  ContainerFile,
  ContainerState,
  HostConfig,
  MountPoint,
} from "../../storage/container/config.ts";
import { readHostConfig } from "../../storage/container/container_store.ts";
import { mountIdOf, parentLayerOf } from "../../storage/container/staged_container.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { sizeOfChain } from "../../storage/layer/layer_store.ts";
import { driverOf, type GraphDriver } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";
import { runningExecs } from "./exec/notes.ts";
import { emptyEndpoint } from "./network_settings.ts";
import { statusOf, withTrueState } from "./state.ts";

/** docker's types.ContainerJSON, in its order. */
export interface ContainerInspect {
  readonly Id: string;
  readonly Created: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly State: Readonly<Record<string, unknown>>;
  readonly Image: string;
  readonly ResolvConfPath: string;
  readonly HostnamePath: string;
  readonly HostsPath: string;
  readonly LogPath: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly Driver: string;
  readonly Platform: string;
  readonly MountLabel: string;
  readonly ProcessLabel: string;
  readonly AppArmorProfile: string;
  readonly ExecIDs: readonly string[] | null;
  readonly HostConfig: HostConfig;
  readonly GraphDriver: GraphDriver;
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Mounts: readonly Record<string, unknown>[];
  readonly Config: ContainerConfig;
  readonly NetworkSettings: Readonly<Record<string, unknown>>;
}

/** `withSize`: how much the container wrote, which takes a look at all its files. */
export function inspectContainer(
  store: Store,
  file: ContainerFile,
  withSize: boolean,
): ContainerInspect {
  const container = withTrueState(store, file);
  return {
    Id: container.ID,
    Created: container.Created,
    Path: container.Path,
    Args: container.Args ?? [],
    State: describeState(container.State),
    Image: container.Image,
    ResolvConfPath: container.ResolvConfPath,
    HostnamePath: container.HostnamePath,
    HostsPath: container.HostsPath,
    LogPath: container.LogPath,
    Name: container.Name,
    RestartCount: container.RestartCount,
    Driver: container.Driver,
    Platform: container.OS,
    MountLabel: container.MountLabel,
    ProcessLabel: container.ProcessLabel,
    AppArmorProfile: container.AppArmorProfile,
    ExecIDs: container.State.Running ? execIdsOf(store, container.ID) : null,
    HostConfig: readHostConfig(store, container.ID),
    GraphDriver: driverOf(store).describe(store, mountIdOf(store, container.ID)),
    ...(withSize && sizesOf(store, container.ID)),
    Mounts: Object.values(container.MountPoints ?? {})
      .map((point) => describeMount(store, point)),
    Config: container.Config,
    NetworkSettings: describeNetwork(container),
  };
}

/** Bytes that the container wrote, and those together with its image. */
export function sizesOf(store: Store, id: string): { SizeRw: number; SizeRootFs: number } {
  const own = driverOf(store).sizeOfChanges(store, mountIdOf(store, id));
  return { SizeRw: own, SizeRootFs: own + sizeOfChain(store, parentLayerOf(store, id)) };
}

function execIdsOf(store: Store, id: string): string[] | null {
  const ids = runningExecs(store, id);
  return ids.length > 0 ? ids : null;
}

function describeState(state: ContainerState): Record<string, unknown> {
  const { Health: health, RemovalInProgress: _, ...shown } = state;
  const Health = health && { ...health, Log: health.Log ?? [] };
  return { Status: statusOf(state), ...shown, ...(Health && { Health }) };
}

function describeMount(store: Store, point: MountPoint): Record<string, unknown> {
  const { Type, Name, Destination, Driver, Relabel, RW, Propagation } = point;
  // Docker notes it for some volumes only, and the store may have been moved.
  const isVolume = Type === "volume" && Driver === "local";
  const Source = isVolume ? store.path("volumes", Name, "_data") : point.Source;
  return {
    Type,
    ...(Name && { Name }),
    Source,
    Destination,
    ...(Driver && { Driver }),
    Mode: Relabel ?? "",
    RW,
    Propagation: Propagation ?? "",
  };
}

/** What was said before there were several networks is of the default one. */
function ofDefaultNetwork({ Networks }: ContainerFile["NetworkSettings"]) {
  const { bridge = emptyEndpoint() } = Networks ?? {};
  return {
    EndpointID: bridge.EndpointID,
    Gateway: bridge.Gateway,
    GlobalIPv6Address: bridge.GlobalIPv6Address,
    GlobalIPv6PrefixLen: bridge.GlobalIPv6PrefixLen,
    IPAddress: bridge.IPAddress,
    IPPrefixLen: bridge.IPPrefixLen,
    IPv6Gateway: bridge.IPv6Gateway,
    MacAddress: bridge.MacAddress,
  };
}

function describeNetwork({ NetworkSettings: settings }: ContainerFile): Record<string, unknown> {
  const networks = Object.entries(settings.Networks ?? {}).map(([name, endpoint]) => {
    const { IPAMOperational: _, DesiredMacAddress: _mac, ...shown } = endpoint;
    return [name, shown] as const;
  });
  return {
    Bridge: settings.Bridge,
    SandboxID: settings.SandboxID,
    HairpinMode: settings.HairpinMode,
    LinkLocalIPv6Address: settings.LinkLocalIPv6Address,
    LinkLocalIPv6PrefixLen: settings.LinkLocalIPv6PrefixLen,
    Ports: settings.Ports ?? {},
    SandboxKey: settings.SandboxKey,
    SecondaryIPAddresses: settings.SecondaryIPAddresses,
    SecondaryIPv6Addresses: settings.SecondaryIPv6Addresses,
    ...ofDefaultNetwork(settings),
    Networks: Object.fromEntries(networks),
  };
}
