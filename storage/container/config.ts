/** containers/<id>/config.v2.json and hostconfig.json, field by field as dockerd 20.10 writes them. */

import type { ContainerConfig } from "../image/config.ts";
import type { Resources } from "./resources.ts";

export interface ContainerState {
  Running: boolean;
  Paused: boolean;
  Restarting: boolean;
  OOMKilled: boolean;
  RemovalInProgress: boolean;
  Dead: boolean;
  Pid: number;
  ExitCode: number;
  Error: string;
  /** RFC 3339; Go's zero time for never. */
  StartedAt: string;
  FinishedAt: string;
  /** Null for a container that was never checked. */
  Health: Health | null;
}

/** What a container's check has found out: docker's types.Health. */
export interface Health {
  Status: "starting" | "healthy" | "unhealthy";
  /** Failures after the last success. */
  FailingStreak: number;
  /** The youngest results, the oldest of them first. Null for none, as Go has it. */
  Log: HealthcheckResult[] | null;
}

export interface HealthcheckResult {
  /** RFC 3339 */
  Start: string;
  End: string;
  /** -1 if there is none. */
  ExitCode: number;
  Output: string;
}

/** config.v2.json */
export interface ContainerFile {
  StreamConfig: Record<string, never>;
  State: ContainerState;
  ID: string;
  Created: string;
  Managed: boolean;
  Path: string;
  Args: string[];
  Config: ContainerConfig;
  /** Id of the image. */
  Image: string;
  NetworkSettings: NetworkSettings;
  LogPath: string;
  /** With a leading slash. */
  Name: string;
  Driver: string;
  OS: string;
  MountLabel: string;
  ProcessLabel: string;
  RestartCount: number;
  HasBeenStartedBefore: boolean;
  HasBeenManuallyStopped: boolean;
  MountPoints: Record<string, MountPoint>;
  SecretReferences: null;
  ConfigReferences: null;
  AppArmorProfile: string;
  HostnamePath: string;
  HostsPath: string;
  ShmPath: string;
  ResolvConfPath: string;
  SeccompProfile: string;
  NoNewPrivileges: boolean;
  LocalLogCacheMeta: { HaveNotifyEnabled: boolean };
  /** Box's own: --cgroup-parent, as a path below the hierarchies' roots. */
  BoxCgroupParent?: string;
  /** Box's own: what proves that State.Pid still is the process that box started. dockerd ignores it. */
  BoxProcess?: ProcessIdentity;
  /** Box's own: the keeper of that process, and what it holds. Docker ignores it, too. */
  BoxKeeper?: KeeperIdentity;
}

/** A pid is only trusted together with these. */
export interface ProcessIdentity {
  /** Field 22 of /proc/<pid>/stat: clock ticks after boot. */
  StartTime: string;
  /** /proc/sys/kernel/random/boot_id */
  BootID: string;
}

/** A keeper: see ffi/spawn/keeper_program.ts. */
export interface KeeperIdentity extends ProcessIdentity {
  Pid: number;
  /** The numbers that these have in it. */
  Descriptors: StreamEnds;
  /** The sockets that a monitor serves for the container's network, if it has any. */
  Sockets?: NetworkSocket[];
}

/** A socket of the host that is bound to a published port, or one of the container that its questions about names come to. */
export interface NetworkSocket {
  Descriptor: number;
  Protocol: "tcp" | "udp" | "sctp";
  /** The port inside the container that is published; absent for the resolver's. */
  ContainerPort?: number;
}

/** docker's nat.PortBinding: where a port is published. */
export interface PortBinding {
  /** Empty, in what is asked for, for all addresses. */
  HostIp: string;
  /** Empty, in what is asked for, for any; a range `90-99` to choose from. */
  HostPort: string;
}

/** By `PORT/PROTOCOL`. */
export type PortMap = Record<string, PortBinding[] | null>;

/** The other ends of a container's streams, and of the pipe that tells its end; what lies between them and its log. */
export interface StreamEnds {
  /** The master side of the container's terminal, which then stands for the three streams. */
  terminal?: number;
  stdin?: number;
  stdout?: number;
  stderr?: number;
  /** Where what a container writes waits to be logged: runtime/container/log/journal.ts. That of stdout is a terminal's, too. */
  stdoutSpool?: number;
  stderrSpool?: number;
  /** The pipe between a terminal and its spool. */
  terminalPipe?: number;
  end: number;
}

export interface NetworkSettings {
  Bridge: string;
  SandboxID: string;
  HairpinMode: boolean;
  LinkLocalIPv6Address: string;
  LinkLocalIPv6PrefixLen: number;
  Networks: Record<string, EndpointSettings>;
  Service: null;
  Ports: null | PortMap;
  SandboxKey: string;
  SecondaryIPAddresses: null;
  SecondaryIPv6Addresses: null;
  IsAnonymousEndpoint: boolean;
  HasSwarmEndpoint: boolean;
}

export interface EndpointSettings {
  /** The addresses that were asked for. */
  IPAMConfig: { IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: string[] } | null;
  /** `CONTAINER:ALIAS` */
  Links: string[] | null;
  Aliases: string[] | null;
  NetworkID: string;
  EndpointID: string;
  Gateway: string;
  IPAddress: string;
  IPPrefixLen: number;
  IPv6Gateway: string;
  GlobalIPv6Address: string;
  GlobalIPv6PrefixLen: number;
  MacAddress: string;
  DriverOpts: Record<string, string> | null;
  IPAMOperational?: boolean;
  /** The address of the interface that was asked for; later dockerds have it, 20.10 ignores it. */
  DesiredMacAddress?: string;
}

export interface MountPoint {
  Source: string;
  Destination: string;
  RW: boolean;
  Name: string;
  Driver: string;
  Type: "bind" | "volume" | "tmpfs";
  Relabel?: string;
  Propagation?: string;
  /** Empty for a volume that only its place is known of: one of the image, or of -v with nothing but a path. */
  Spec?: Partial<MountSpec>;
  SkipMountpointCreation: boolean;
}

/** docker's mount.Mount: what --mount asks for. */
export interface MountSpec {
  Type: "bind" | "tmpfs" | "volume";
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  BindOptions?: { Propagation?: string; NonRecursive?: boolean };
  VolumeOptions?: VolumeOptions;
  /** Bytes; permission bits. */
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

/** docker's mount.VolumeOptions. */
export interface VolumeOptions {
  /** An empty volume is not filled with what the image has at the target. */
  NoCopy?: boolean;
  /** What a volume that is made for this mount gets. */
  Labels?: Record<string, string>;
  DriverConfig?: { Name?: string; Options?: Record<string, string> };
  /** A path in the volume, which is mounted instead of the whole. */
  Subpath?: string;
}

/** hostconfig.json */
export interface HostConfig extends Resources {
  Binds: string[] | null;
  ContainerIDFile: string;
  LogConfig: { Type: string; Config: Record<string, string> };
  NetworkMode: string;
  PortBindings: PortMap;
  RestartPolicy: { Name: string; MaximumRetryCount: number };
  AutoRemove: boolean;
  VolumeDriver: string;
  /** `CONTAINER[:ro]` */
  VolumesFrom: string[] | null;
  CapAdd: string[] | null;
  CapDrop: string[] | null;
  CgroupnsMode: string;
  Dns: string[];
  DnsOptions: string[];
  DnsSearch: string[];
  ExtraHosts: string[] | null;
  GroupAdd: string[] | null;
  IpcMode: string;
  Cgroup: string;
  /** `CONTAINER:ALIAS` */
  Links: string[] | null;
  OomScoreAdj: number;
  PidMode: string;
  Privileged: boolean;
  PublishAllPorts: boolean;
  ReadonlyRootfs: boolean;
  SecurityOpt: string[] | null;
  UTSMode: string;
  UsernsMode: string;
  /** Bytes. */
  ShmSize: number;
  Sysctls?: Record<string, string>;
  Runtime: string;
  ConsoleSize: [number, number];
  Isolation: string;
  CpuCount: number;
  CpuPercent: number;
  IOMaximumIOps: number;
  IOMaximumBandwidth: number;
  Mounts?: MountSpec[];
  Tmpfs?: Record<string, string>;
  Init?: boolean;
  /** Null for a privileged container. */
  MaskedPaths: string[] | null;
  ReadonlyPaths: string[] | null;
}
