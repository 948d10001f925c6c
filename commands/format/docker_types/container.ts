/** types.ContainerJSON: what `docker container inspect` shows. */
import {
  boolType,
  int64Type,
  intType,
  jsonField,
  mapOf,
  pointerTo,
  sliceOf,
  stringMapType,
  stringsType,
  stringType,
  structOf,
} from "../go/types.ts";
import { graphDriverData, stringTypeNamed, timeType } from "./common.ts";
import { containerConfig } from "./container_config.ts";
import { hostConfig, portMap } from "./host_config.ts";

const healthcheckResult = structOf("types.HealthcheckResult", {
  Start: timeType,
  End: timeType,
  ExitCode: intType,
  Output: stringType,
});

const health = structOf("types.Health", {
  Status: stringType,
  FailingStreak: intType,
  Log: sliceOf(pointerTo(healthcheckResult)),
});

const containerState = structOf("types.ContainerState", {
  Status: stringType,
  Running: boolType,
  Paused: boolType,
  Restarting: boolType,
  OOMKilled: boolType,
  Dead: boolType,
  Pid: intType,
  ExitCode: intType,
  Error: stringType,
  StartedAt: stringType,
  FinishedAt: stringType,
  Health: pointerTo(health),
});

const mountPoint = structOf("types.MountPoint", {
  Type: stringTypeNamed("mount.Type"),
  Name: stringType,
  Source: stringType,
  Destination: stringType,
  Driver: stringType,
  Mode: stringType,
  RW: boolType,
  Propagation: stringTypeNamed("mount.Propagation"),
});

const endpointIpamConfig = structOf("network.EndpointIPAMConfig", {
  IPv4Address: stringType,
  IPv6Address: stringType,
  LinkLocalIPs: stringsType,
});

const endpointSettings = structOf("network.EndpointSettings", {
  IPAMConfig: pointerTo(endpointIpamConfig),
  Links: stringsType,
  Aliases: stringsType,
  NetworkID: stringType,
  EndpointID: stringType,
  Gateway: stringType,
  IPAddress: stringType,
  IPPrefixLen: intType,
  IPv6Gateway: stringType,
  GlobalIPv6Address: stringType,
  GlobalIPv6PrefixLen: intType,
  MacAddress: stringType,
  DriverOpts: stringMapType,
});

const address = structOf("network.Address", { Addr: stringType, PrefixLen: intType });

const networkSettings = structOf("types.NetworkSettings", {
  Bridge: stringType,
  SandboxID: stringType,
  HairpinMode: boolType,
  LinkLocalIPv6Address: stringType,
  LinkLocalIPv6PrefixLen: intType,
  Ports: portMap,
  SandboxKey: stringType,
  SecondaryIPAddresses: sliceOf(address),
  SecondaryIPv6Addresses: sliceOf(address),
  EndpointID: stringType,
  Gateway: stringType,
  GlobalIPv6Address: stringType,
  GlobalIPv6PrefixLen: intType,
  IPAddress: stringType,
  IPPrefixLen: intType,
  IPv6Gateway: stringType,
  MacAddress: stringType,
  Networks: mapOf(pointerTo(endpointSettings)),
});

export const containerType = structOf("types.ContainerJSON", {
  ID: jsonField("Id", stringType),
  Created: stringType,
  Path: stringType,
  Args: stringsType,
  State: pointerTo(containerState),
  Image: stringType,
  ResolvConfPath: stringType,
  HostnamePath: stringType,
  HostsPath: stringType,
  LogPath: stringType,
  Node: pointerTo(structOf("types.ContainerNode", {})),
  Name: stringType,
  RestartCount: intType,
  Driver: stringType,
  Platform: stringType,
  MountLabel: stringType,
  ProcessLabel: stringType,
  AppArmorProfile: stringType,
  ExecIDs: stringsType,
  HostConfig: pointerTo(hostConfig),
  GraphDriver: graphDriverData,
  SizeRw: pointerTo(int64Type),
  SizeRootFs: pointerTo(int64Type),
  Mounts: sliceOf(mountPoint),
  Config: pointerTo(containerConfig),
  NetworkSettings: pointerTo(networkSettings),
});
