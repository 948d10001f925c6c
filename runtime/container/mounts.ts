/** From what hostconfig.json and config.v2.json say to the mounts of a sandbox, with host paths opened. */

import { AT, MOUNT_ATTR, MS } from "../../ffi/constants.ts";
import { close, duplicate } from "../../ffi/file.ts";
import { cloneTree, mapMountIds, setMountAttributes } from "../../ffi/mount.ts";
import { isDirectory, statAt, statIfExists } from "../../ffi/stat.ts";
import type { ContainerFile, HostConfig, MountPoint } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import { ensureDirectory } from "../../storage/files.ts";
import { cleanPath } from "../../storage/paths.ts";
import type { SandboxMount } from "../sandbox/spec.ts";
import { propagationFlag } from "./mount_points.ts";

/** The sandbox's mounts, and the descriptors among them, which the caller closes when the process runs. */
export class ContainerMounts {
  readonly mounts: SandboxMount[] = [];
  private readonly fds: number[] = [];

  /**
   * `directory` is where the container's own files lie; `shmTree` is a detached mount for /dev/shm if that is not its own, and
   * `volumeTrees` those of its volumes: they remain the caller's.
   */
  constructor(
    directory: string,
    container: ContainerFile,
    hostConfig: HostConfig,
    private readonly trees: {
      readonly shmTree?: number;
      readonly volumeTrees?: { at(destination: string): number };
      /** A user namespace whose root the container's own files are to belong to. */
      readonly idsOf?: number;
    },
  ) {
    const { shmTree } = trees;
    const points = Object.values(container.MountPoints);
    const tmpfs = Object.entries(hostConfig.Tmpfs ?? {});
    const targets = [...points.map((point) => point.Destination), ...tmpfs.map(([path]) => path)]
      .map(cleanPath);
    try {
      for (const name of ["resolv.conf", "hostname", "hosts"]) {
        const source = `${directory}/${name}`, target = `/etc/${name}`;
        // Each start writes them, but `docker cp` may come before the first one.
        const isWritten = statIfExists(AT.FDCWD, source) !== undefined;
        if (isWritten && !targets.includes(target)) {
          const tree = cloneTree(source, true);
          if (trees.idsOf !== undefined) mapMountIds(tree, trees.idsOf);
          this.attach(tree, target, crossesMounts(target, targets), false, undefined, true);
        }
      }
      if (shmTree !== undefined && !targets.includes("/dev/shm")) this.addShm(shmTree);
      for (const point of points) this.addPoint(point, crossesMounts(point.Destination, targets));
      for (const [path, options] of tmpfs) this.addTmpfs(cleanPath(path), options, targets);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    // What lies deeper comes later, so that nothing is hidden by what is mounted above it.
    this.mounts.sort((a, b) => depth(a.target) - depth(b.target));
  }

  [Symbol.dispose](): void {
    for (const fd of this.fds.splice(0)) close(fd);
  }

  private addPoint(point: MountPoint, crosses: boolean): void {
    const { Type, Source, Destination, RW, Propagation, Spec } = point;
    checkTarget(Destination);
    if (Type === "tmpfs") {
      const { SizeBytes, Mode } = Spec?.TmpfsOptions ?? {};
      const data = [
        SizeBytes && `size=${SizeBytes}`,
        Mode !== undefined && `mode=${Mode.toString(8)}`,
      ].filter(Boolean).join(",");
      const flags = MS.NOEXEC | MS.NOSUID | MS.NODEV | (RW ? 0 : MS.RDONLY);
      this.mounts.push({ type: "tmpfs", target: Destination, crossesMounts: crosses, flags, data });
      return;
    }
    if (Type === "volume") {
      const tree = duplicate(this.trees.volumeTrees!.at(Destination));
      return this.attach(tree, Destination, crosses, !RW, Propagation || undefined, true);
    }
    if (!point.SkipMountpointCreation) makeSource(Source);
    const recursive = !Spec?.BindOptions?.NonRecursive;
    this.bind(Source, Destination, crosses, !RW, Propagation, recursive);
  }

  private bind(
    source: string,
    target: string,
    crosses: boolean,
    readonly = false,
    propagation = "rprivate",
    recursive = true,
  ): void {
    this.attach(cloneTree(source, recursive), target, crosses, readonly, propagation, recursive);
  }

  /** Takes the descriptor. */
  private attach(
    treeFd: number,
    target: string,
    crosses: boolean,
    readonly: boolean,
    propagation = "rprivate",
    recursive: boolean,
  ): void {
    this.fds.push(treeFd);
    setMountAttributes(
      treeFd,
      readonly ? MOUNT_ATTR.RDONLY : 0,
      propagationFlag(propagation),
      recursive,
    );
    const kind = isDirectory(statAt(treeFd, "")) ? "directory" : "file";
    this.mounts.push({ type: "bind", target, crossesMounts: crosses, kind, treeFd });
  }

  private addShm(treeFd: number): void {
    const target = "/dev/shm";
    this.mounts.push({ type: "bind", target, crossesMounts: true, kind: "directory", treeFd });
  }

  private addTmpfs(target: string, options: string, targets: readonly string[]): void {
    checkTarget(target);
    const { flags, data } = parseTmpfsOptions(options);
    const crosses = crossesMounts(target, targets);
    this.mounts.push({ type: "tmpfs", target, crossesMounts: crosses, flags, data });
  }
}

const depth = (path: string) => path.split("/").length;

/** /dev and /sys are mounts of their own, and a mount may be asked for inside another. */
function crossesMounts(target: string, targets: readonly string[]): boolean {
  return /^\/(dev|sys|proc)\//.test(target) ||
    targets.some((other) => target.startsWith(other + "/"));
}

/** The files of /proc that may be covered (by what lxcfs offers, for instance); runc's list. */
const coverable = new Set(
  [
    "cpuinfo",
    "diskstats",
    "meminfo",
    "stat",
    "swaps",
    "uptime",
    "loadavg",
    "slabinfo",
    "net/dev",
    "sys/kernel/ns_last_pid",
    "sys/crypto/fips_enabled",
  ].map((name) => `/proc/${name}`),
);

function checkTarget(target: string): void {
  if ((target === "/proc" || target.startsWith("/proc/")) && !coverable.has(target)) {
    throw new InvalidError(`"${target}" cannot be mounted because it is inside /proc`);
  }
}

/** With -v, docker makes a directory of a source that does not exist. */
function makeSource(path: string): void {
  if (statIfExists(AT.FDCWD, path, true)) return;
  makeSource(path.slice(0, path.lastIndexOf("/")) || "/");
  ensureDirectory(path, 0o755);
}

const mountFlags: Record<string, (flags: number) => number> = {
  ro: (flags) => flags | MS.RDONLY,
  rw: (flags) => flags & ~MS.RDONLY,
  exec: (flags) => flags & ~MS.NOEXEC,
  noexec: (flags) => flags | MS.NOEXEC,
  suid: (flags) => flags & ~MS.NOSUID,
  nosuid: (flags) => flags | MS.NOSUID,
  dev: (flags) => flags & ~MS.NODEV,
  nodev: (flags) => flags | MS.NODEV,
};

/** The file system's own options, as docker's parser knows them. */
const tmpfsOption = /^(size|mode|uid|gid|nr_inodes|nr_blocks|mpol)=.+$/;

/** `--tmpfs PATH:OPTIONS`: noexec, nosuid and nodev unless the opposite is said. */
export function parseTmpfsOptions(options: string): { flags: number; data: string } {
  let flags = MS.NOEXEC | MS.NOSUID | MS.NODEV;
  const data: string[] = [];
  for (const option of options.split(",").filter(Boolean)) {
    if (Object.hasOwn(mountFlags, option)) flags = mountFlags[option](flags);
    else if (tmpfsOption.test(option)) data.push(option);
    else throw new InvalidError(`Invalid tmpfs option ["${option}"]`);
  }
  return { flags, data: data.join(",") };
}
