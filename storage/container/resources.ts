/** docker's container.Resources: what a container may have of the host, as hostconfig.json says it. 0 and null are no limit. */

export interface Resources {
  /** Relative to 1024. */
  CpuShares: number;
  /** Bytes. */
  Memory: number;
  /** Billionths of a processor. */
  NanoCpus: number;
  CgroupParent: string;
  /** 10 to 1000. */
  BlkioWeight: number;
  BlkioWeightDevice: WeightDevice[] | null;
  BlkioDeviceReadBps: ThrottleDevice[] | null;
  BlkioDeviceWriteBps: ThrottleDevice[] | null;
  BlkioDeviceReadIOps: ThrottleDevice[] | null;
  BlkioDeviceWriteIOps: ThrottleDevice[] | null;
  /** Microseconds, and so the next three. */
  CpuPeriod: number;
  CpuQuota: number;
  CpuRealtimePeriod: number;
  CpuRealtimeRuntime: number;
  /** Lists of ranges such as `0-3,5`. */
  CpusetCpus: string;
  CpusetMems: string;
  Devices: DeviceMapping[] | null;
  /** Such as `c 13:* rwm`. */
  DeviceCgroupRules: string[] | null;
  DeviceRequests: null;
  KernelMemory: number;
  KernelMemoryTCP: number;
  /** Bytes. */
  MemoryReservation: number;
  /** Bytes of memory and swap together; -1: no limit. */
  MemorySwap: number;
  /** 0 to 100. */
  MemorySwappiness: number | null;
  /** Null where the kernel cannot. */
  OomKillDisable: boolean | null;
  PidsLimit: number | null;
  Ulimits: Ulimit[] | null;
}

export interface WeightDevice {
  Path: string;
  Weight: number;
}

export interface ThrottleDevice {
  Path: string;
  /** Bytes or operations a second. */
  Rate: number;
}

export interface DeviceMapping {
  PathOnHost: string;
  PathInContainer: string;
  /** Of `rwm` some. */
  CgroupPermissions: string;
}

/** -1: no limit. */
export interface Ulimit {
  Name: string;
  Hard: number;
  Soft: number;
}
