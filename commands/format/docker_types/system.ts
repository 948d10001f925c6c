/** What `docker version` and `docker info` show to their --format. */
import {
  arrayOf,
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
import { anyType } from "../go/value.ts";
import { stringTypeNamed } from "./common.ts";

const platform = { ...structOf("", { Name: stringType }), name: "struct { Name string }" };

const clientVersion = structOf("system.clientVersion", {
  Platform: platform,
  Version: stringType,
  APIVersion: jsonField("ApiVersion", stringType),
  DefaultAPIVersion: stringType,
  GitCommit: stringType,
  GoVersion: stringType,
  Os: stringType,
  Arch: stringType,
  BuildTime: stringType,
  Context: stringType,
  Experimental: boolType,
});

const componentVersion = structOf("types.ComponentVersion", {
  Name: stringType,
  Version: stringType,
  Details: stringMapType,
});

const serverVersion = structOf("types.Version", {
  Platform: platform,
  Components: sliceOf(componentVersion),
  Version: stringType,
  APIVersion: jsonField("ApiVersion", stringType),
  MinAPIVersion: stringType,
  GitCommit: stringType,
  GoVersion: stringType,
  Os: stringType,
  Arch: stringType,
  KernelVersion: stringType,
  Experimental: boolType,
  BuildTime: stringType,
});

export const versionType = structOf("system.versionInfo", {
  Client: clientVersion,
  Server: pointerTo(serverVersion),
});

const pluginsInfo = structOf("types.PluginsInfo", {
  Volume: stringsType,
  Network: stringsType,
  Authorization: stringsType,
  Log: stringsType,
});

const indexInfo = structOf("registry.IndexInfo", {
  Name: stringType,
  Mirrors: stringsType,
  Secure: boolType,
  Official: boolType,
});

const registryConfig = structOf("registry.ServiceConfig", {
  AllowNondistributableArtifactsCIDRs: stringsType,
  AllowNondistributableArtifactsHostnames: stringsType,
  InsecureRegistryCIDRs: stringsType,
  IndexConfigs: mapOf(pointerTo(indexInfo)),
  Mirrors: stringsType,
});

const runtime = structOf("types.Runtime", {
  Path: jsonField("path", stringType),
  Args: jsonField("runtimeArgs", stringsType),
  Shim: jsonField("shim", pointerTo(structOf("types.ShimConfig", {}))),
});

const swarm = structOf("swarm.Info", {
  NodeID: stringType,
  NodeAddr: stringType,
  LocalNodeState: stringTypeNamed("swarm.LocalNodeState"),
  ControlAvailable: boolType,
  Error: stringType,
  RemoteManagers: sliceOf(anyType),
  Nodes: intType,
  Managers: intType,
});

const commit = structOf("types.Commit", { ID: stringType, Expected: stringType });

const addressPool = structOf("types.NetworkAddressPool", { Base: stringType, Size: intType });

const clientInfo = structOf("system.clientInfo", {
  Debug: boolType,
  Context: stringType,
  Plugins: sliceOf(anyType),
  Warnings: stringsType,
});

const statusPairs = sliceOf(arrayOf(2, stringType));

/** Box's own. */
const mechanism = structOf("Mechanism", { Name: stringType, Uses: stringType, Why: stringType });

export const infoType = structOf("system.info", {
  ID: stringType,
  Containers: intType,
  ContainersRunning: intType,
  ContainersPaused: intType,
  ContainersStopped: intType,
  Images: intType,
  Driver: stringType,
  DriverStatus: statusPairs,
  SystemStatus: statusPairs,
  Mechanisms: sliceOf(mechanism),
  Plugins: pluginsInfo,
  MemoryLimit: boolType,
  SwapLimit: boolType,
  KernelMemory: boolType,
  KernelMemoryTCP: boolType,
  CPUCfsPeriod: jsonField("CpuCfsPeriod", boolType),
  CPUCfsQuota: jsonField("CpuCfsQuota", boolType),
  CPUShares: boolType,
  CPUSet: boolType,
  PidsLimit: boolType,
  IPv4Forwarding: boolType,
  BridgeNfIptables: boolType,
  BridgeNfIP6tables: jsonField("BridgeNfIp6tables", boolType),
  Debug: boolType,
  NFd: intType,
  OomKillDisable: boolType,
  NGoroutines: intType,
  SystemTime: stringType,
  LoggingDriver: stringType,
  CgroupDriver: stringType,
  CgroupVersion: stringType,
  NEventsListener: intType,
  KernelVersion: stringType,
  OperatingSystem: stringType,
  OSVersion: stringType,
  OSType: stringType,
  Architecture: stringType,
  IndexServerAddress: stringType,
  RegistryConfig: pointerTo(registryConfig),
  NCPU: intType,
  MemTotal: int64Type,
  GenericResources: sliceOf(anyType),
  DockerRootDir: stringType,
  HTTPProxy: jsonField("HttpProxy", stringType),
  HTTPSProxy: jsonField("HttpsProxy", stringType),
  NoProxy: stringType,
  Name: stringType,
  Labels: stringsType,
  ExperimentalBuild: boolType,
  ServerVersion: stringType,
  ClusterStore: stringType,
  ClusterAdvertise: stringType,
  Runtimes: mapOf(runtime),
  DefaultRuntime: stringType,
  Swarm: swarm,
  LiveRestoreEnabled: boolType,
  Isolation: stringTypeNamed("container.Isolation"),
  InitBinary: stringType,
  ContainerdCommit: commit,
  RuncCommit: commit,
  InitCommit: commit,
  SecurityOptions: stringsType,
  ProductLicense: stringType,
  DefaultAddressPools: sliceOf(addressPool),
  Warnings: stringsType,
  ServerErrors: stringsType,
  ClientInfo: pointerTo(clientInfo),
  ClientErrors: stringsType,
});
