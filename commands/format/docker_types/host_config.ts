/** container.HostConfig, with the embedded container.Resources in its place. */
import {
  arrayOf,
  type BasicType,
  boolType,
  int64Type,
  intType,
  jsonField,
  mapOf,
  pointerTo,
  type PointerType,
  sliceOf,
  stringMapType,
  stringsType,
  stringType,
  structOf,
} from "../go/types.ts";
import { stringTypeNamed, strSliceType } from "./common.ts";

const uint: BasicType = { kind: "uint", name: "uint" };
const uint16: BasicType = { kind: "uint", name: "uint16" };
const uint64: BasicType = { kind: "uint", name: "uint64" };

const portBinding = structOf("nat.PortBinding", {
  HostIP: jsonField("HostIp", stringType),
  HostPort: stringType,
});

/** Port numbers with protocols (`80/tcp`) and what they are published on. */
export const portMap = { ...mapOf(sliceOf(portBinding), "nat.Port"), name: "nat.PortMap" };

const logConfig = structOf("container.LogConfig", { Type: stringType, Config: stringMapType });

const restartPolicy = structOf("container.RestartPolicy", {
  Name: stringType,
  MaximumRetryCount: intType,
});

const weightDevice = structOf("blkiodev.WeightDevice", { Path: stringType, Weight: uint16 });
const throttleDevice = structOf("blkiodev.ThrottleDevice", { Path: stringType, Rate: uint64 });
const throttleDevices = sliceOf(pointerTo(throttleDevice));

const deviceMapping = structOf("container.DeviceMapping", {
  PathOnHost: stringType,
  PathInContainer: stringType,
  CgroupPermissions: stringType,
});

const deviceRequest = structOf("container.DeviceRequest", {
  Driver: stringType,
  Count: intType,
  DeviceIDs: stringsType,
  Capabilities: sliceOf(stringsType),
  Options: stringMapType,
});

const ulimit = structOf("units.Ulimit", {
  Name: stringType,
  Hard: int64Type,
  Soft: int64Type,
});

interface Ulimit {
  Name: string;
  Hard: number;
  Soft: number;
}

const ulimitPointer: PointerType = {
  ...pointerTo(ulimit),
  format: (data) => {
    const { Name, Soft, Hard } = data as Ulimit;
    return `${Name}=${Soft}:${Hard}`;
  },
};

const bindOptions = structOf("mount.BindOptions", {
  Propagation: stringTypeNamed("mount.Propagation"),
  NonRecursive: boolType,
});

const volumeOptions = structOf("mount.VolumeOptions", {
  NoCopy: boolType,
  Labels: stringMapType,
  DriverConfig: pointerTo(
    structOf("mount.Driver", { Name: stringType, Options: stringMapType }),
  ),
});

const tmpfsOptions = structOf("mount.TmpfsOptions", {
  SizeBytes: int64Type,
  Mode: { kind: "uint", name: "fs.FileMode" },
});

const mount = structOf("mount.Mount", {
  Type: stringTypeNamed("mount.Type"),
  Source: stringType,
  Target: stringType,
  ReadOnly: boolType,
  Consistency: stringTypeNamed("mount.Consistency"),
  BindOptions: pointerTo(bindOptions),
  VolumeOptions: pointerTo(volumeOptions),
  TmpfsOptions: pointerTo(tmpfsOptions),
});

export const hostConfig = structOf("container.HostConfig", {
  Binds: stringsType,
  ContainerIDFile: stringType,
  LogConfig: logConfig,
  NetworkMode: stringTypeNamed("container.NetworkMode"),
  PortBindings: portMap,
  RestartPolicy: restartPolicy,
  AutoRemove: boolType,
  VolumeDriver: stringType,
  VolumesFrom: stringsType,
  CapAdd: strSliceType,
  CapDrop: strSliceType,
  CgroupnsMode: stringTypeNamed("container.CgroupnsMode"),
  DNS: jsonField("Dns", stringsType),
  DNSOptions: jsonField("DnsOptions", stringsType),
  DNSSearch: jsonField("DnsSearch", stringsType),
  ExtraHosts: stringsType,
  GroupAdd: stringsType,
  IpcMode: stringTypeNamed("container.IpcMode"),
  Cgroup: stringTypeNamed("container.CgroupSpec"),
  Links: stringsType,
  OomScoreAdj: intType,
  PidMode: stringTypeNamed("container.PidMode"),
  Privileged: boolType,
  PublishAllPorts: boolType,
  ReadonlyRootfs: boolType,
  SecurityOpt: stringsType,
  StorageOpt: stringMapType,
  Tmpfs: stringMapType,
  UTSMode: stringTypeNamed("container.UTSMode"),
  UsernsMode: stringTypeNamed("container.UsernsMode"),
  ShmSize: int64Type,
  Sysctls: stringMapType,
  Runtime: stringType,
  ConsoleSize: arrayOf(2, uint),
  Isolation: stringTypeNamed("container.Isolation"),
  CPUShares: jsonField("CpuShares", int64Type),
  Memory: int64Type,
  NanoCPUs: jsonField("NanoCpus", int64Type),
  CgroupParent: stringType,
  BlkioWeight: uint16,
  BlkioWeightDevice: sliceOf(pointerTo(weightDevice)),
  BlkioDeviceReadBps: throttleDevices,
  BlkioDeviceWriteBps: throttleDevices,
  BlkioDeviceReadIOps: throttleDevices,
  BlkioDeviceWriteIOps: throttleDevices,
  CPUPeriod: jsonField("CpuPeriod", int64Type),
  CPUQuota: jsonField("CpuQuota", int64Type),
  CPURealtimePeriod: jsonField("CpuRealtimePeriod", int64Type),
  CPURealtimeRuntime: jsonField("CpuRealtimeRuntime", int64Type),
  CpusetCpus: stringType,
  CpusetMems: stringType,
  Devices: sliceOf(deviceMapping),
  DeviceCgroupRules: stringsType,
  DeviceRequests: sliceOf(deviceRequest),
  KernelMemory: int64Type,
  KernelMemoryTCP: int64Type,
  MemoryReservation: int64Type,
  MemorySwap: int64Type,
  MemorySwappiness: pointerTo(int64Type),
  OomKillDisable: pointerTo(boolType),
  PidsLimit: pointerTo(int64Type),
  Ulimits: sliceOf(ulimitPointer),
  CPUCount: jsonField("CpuCount", int64Type),
  CPUPercent: jsonField("CpuPercent", int64Type),
  IOMaximumIOps: uint64,
  IOMaximumBandwidth: uint64,
  Mounts: sliceOf(mount),
  MaskedPaths: stringsType,
  ReadonlyPaths: stringsType,
  Init: pointerTo(boolType),
});
