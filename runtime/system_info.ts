/** What box finds on this host and in a store, what it uses of it, and what it lacks. */

import { isInUserNamespace } from "../ffi/privilege.ts";
import { SystemError } from "../ffi/errno.ts";
import { readTextIfExists } from "../storage/files.ts";
import { listImageIds } from "../storage/image/image_store.ts";
import {
  type BackingFileSystem,
  describeBackingFileSystem,
} from "../storage/overlay2/backing_file_system.ts";
import { noWayOutText } from "./network/way_out.ts";
import type { Store } from "../storage/store.ts";
import { now } from "../storage/time.ts";
import { BOX_VERSION } from "../storage/version.ts";
import { DEFAULT_MAX_FILE, DEFAULT_MAX_SIZE } from "./container/log/options.ts";
import { readTrueContainers } from "./container/list.ts";
import { statusOf } from "./container/state.ts";
import { type CgroupHierarchy, probeCgroups } from "./sandbox/cgroup.ts";
import { type LimitSupport, probeLimits } from "./sandbox/limits/support.ts";
import { kernelVersion } from "./system_version.ts";

/** docker's types.Info in its order, without what has no meaning for box. */
export interface SystemInfo {
  readonly Containers: number;
  readonly ContainersRunning: number;
  readonly ContainersPaused: number;
  readonly ContainersStopped: number;
  readonly Images: number;
  readonly Driver: string;
  readonly DriverStatus: readonly (readonly [name: string, value: string])[];
  /** The drivers that box has. */
  readonly Plugins: {
    readonly Volume: readonly string[];
    readonly Network: readonly string[];
    readonly Authorization: null;
    readonly Log: readonly string[];
  };
  /** These, to PidsLimit, are limits that a container can be given. */
  readonly MemoryLimit: boolean;
  readonly SwapLimit: boolean;
  readonly CpuCfsPeriod: boolean;
  readonly CpuCfsQuota: boolean;
  readonly CPUShares: boolean;
  readonly CPUSet: boolean;
  readonly PidsLimit: boolean;
  readonly OomKillDisable: boolean;
  /** RFC 3339 */
  readonly SystemTime: string;
  readonly LoggingDriver: string;
  /** Box's own: the options that a container's log has if it is given none. */
  readonly LoggingOptions: readonly (readonly [name: string, value: string])[];
  /** "none" where there are no control groups. */
  readonly CgroupDriver: string;
  readonly CgroupVersion: string;
  /** Box's own: the directory of its control groups. */
  readonly CgroupRoot: string;
  readonly KernelVersion: string;
  readonly OperatingSystem: string;
  readonly OSVersion: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly NCPU: number;
  /** Bytes. */
  readonly MemTotal: number;
  readonly DockerRootDir: string;
  readonly Name: string;
  readonly Labels: readonly string[];
  readonly ExperimentalBuild: boolean;
  readonly ServerVersion: string;
  readonly Runtimes: Readonly<Record<string, { readonly path: string }>>;
  readonly DefaultRuntime: string;
  readonly Swarm: { readonly LocalNodeState: string; readonly ControlAvailable: boolean };
  readonly LiveRestoreEnabled: boolean;
  readonly SecurityOptions: readonly string[];
  /** What is missing, each beginning with `WARNING: `. */
  readonly Warnings: readonly string[];
}

/** Reads only; the store need not exist. `isRemapped`: containers that ask for nothing else have ids of their own. */
export function systemInfo(store: Store, isRemapped: boolean): SystemInfo {
  const { containers, problems } = readTrueContainers(store);
  const states = containers.map(({ State }) => statusOf(State));
  const count = (wanted: string) => states.filter((status) => status === wanted).length;
  const running = count("running"), paused = count("paused");
  const backing = describeBackingFileSystem(store.root);
  const cgroups = probeCgroups(), limits = probeLimits();
  const system = readOsRelease();
  return {
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running - paused,
    Images: listImageIds(store).length,
    Driver: store.driver,
    DriverStatus: describeDriver(store, backing),
    Plugins: {
      Volume: ["local"],
      Network: ["bridge", "host", "ipvlan", "macvlan", "null"],
      Authorization: null,
      Log: ["json-file", "none"],
    },
    MemoryLimit: limits.memory,
    SwapLimit: limits.swap,
    CpuCfsPeriod: limits.cpuBandwidth,
    CpuCfsQuota: limits.cpuBandwidth,
    CPUShares: limits.cpuShares,
    CPUSet: limits.cpuset,
    PidsLimit: limits.pids,
    OomKillDisable: limits.oomKillDisable,
    SystemTime: now(),
    LoggingDriver: "json-file",
    LoggingOptions: [["max-size", DEFAULT_MAX_SIZE], ["max-file", String(DEFAULT_MAX_FILE)]],
    CgroupDriver: cgroups ? "cgroupfs" : "none",
    CgroupVersion: cgroups ? String(cgroups.version) : "",
    CgroupRoot: cgroups ? `${cgroups.mountPoint}/box` : "",
    KernelVersion: kernelVersion(),
    OperatingSystem: system.get("PRETTY_NAME") ?? "Linux",
    OSVersion: system.get("VERSION_ID") ?? "",
    OSType: "linux",
    Architecture: Deno.build.arch,
    NCPU: navigator.hardwareConcurrency,
    MemTotal: Deno.systemMemoryInfo().total,
    DockerRootDir: store.root,
    Name: Deno.hostname(),
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: BOX_VERSION,
    Runtimes: { box: { path: "box" } },
    DefaultRuntime: "box",
    Swarm: { LocalNodeState: "inactive", ControlAvailable: false },
    LiveRestoreEnabled: false,
    SecurityOptions: [
      "name=seccomp,profile=default",
      ...isRemapped ? ["name=userns"] : [],
      ...isInUserNamespace() ? ["name=rootless"] : [],
      ...cgroups ? ["name=cgroupns"] : [],
    ],
    Warnings: [...problems, ...describeLacks(store, backing, cgroups, limits)].map((text) =>
      `WARNING: ${text}`
    ),
  };
}

function describeDriver(
  { driver }: Store,
  { name, hasEntryTypes }: BackingFileSystem,
): [string, string][] {
  const status: [string, string][] = [["Backing Filesystem", name]];
  if (hasEntryTypes !== undefined) status.push(["Supports d_type", String(hasEntryTypes)]);
  if (driver === "vfs") return status;
  // Box mounts without the features that would keep changes elsewhere than in the diff directory.
  return [...status, ["Native Overlay Diff", "true"], ["userxattr", String(isInUserNamespace())]];
}

/** What box cannot do here, and why: first what the host lacks, then what box does. */
function describeLacks(
  { driver }: Store,
  { name, hasEntryTypes }: BackingFileSystem,
  cgroups: CgroupHierarchy | undefined,
  limits: LimitSupport,
): string[] {
  const lacks: string[] = [];
  if (Deno.uid() !== 0) lacks.push("No user namespace for this user: only root can run containers");
  if (driver === "overlay2" && !hasOverlay()) {
    lacks.push("No overlay file system in the kernel, unless `modprobe overlay` adds it");
  }
  const isUnsuitable = name === "overlayfs" || name === "nfs" || hasEntryTypes === false;
  if (driver === "overlay2" && isUnsuitable) {
    lacks.push(`No overlays on this file system (${name}): choose another place with --root`);
  }
  if (cgroups === undefined) {
    lacks.push(
      isInUserNamespace()
        ? "No control groups: none of cgroup v2 has been delegated to this user"
        : "No control groups: neither cgroup v2 nor the freezer of v1 is mounted",
    );
  }
  return [...lacks, ...describeLimits(limits), ...[noWayOutText() ?? []].flat()];
}

/** In docker's words, and one for what docker does not need to say. */
function describeLimits(limits: LimitSupport): string[] {
  const needed: [boolean, string][] = [
    [limits.memory, "No memory limit support"],
    [limits.swap, "No swap limit support"],
    [limits.cpuBandwidth, "No cpu cfs quota support"],
    [limits.cpuBandwidth, "No cpu cfs period support"],
    [limits.cpuShares, "No cpu shares support"],
    [limits.cpuset, "No cpuset support"],
    [limits.pids, "No pids limit support"],
    [limits.ioWeight, "No blkio weight support"],
    [limits.ioRates, "No blkio throttle support"],
    [
      limits.devices,
      "No control of devices: the kernel has neither programs for cgroup v2 nor the controller of v1",
    ],
  ];
  return needed.filter(([isThere]) => !isThere).map(([, lack]) => lack);
}

/** A module that is not loaded yet is not in the list. */
function hasOverlay(): boolean {
  return /\toverlay$/m.test(readTextIfExists("/proc/filesystems") ?? "");
}

/** os-release(5): assignments as a shell would read them. */
function readOsRelease(): Map<string, string> {
  const text = readFirst("/etc/os-release", "/usr/lib/os-release") ?? "";
  return new Map(
    Array.from(
      text.matchAll(/^([A-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*))$/gm),
      ([, name, quoted, literal, plain]) => [
        name,
        quoted?.replace(/\\(.)/g, "$1") ?? literal ?? plain,
      ],
    ),
  );
}

function readFirst(...paths: string[]): string | undefined {
  for (const path of paths) {
    try {
      const text = readTextIfExists(path);
      if (text !== undefined) return text;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error; // a system that hides it has no name
    }
  }
}
