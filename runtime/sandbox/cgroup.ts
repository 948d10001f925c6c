/**
 * A container's control group: it holds the container's processes together and freezes them. Chosen by a probe: the unified
 * hierarchy (cgroup v2, also beside v1), else the freezer of v1. Limits, in limits/, are this group's where the unified hierarchy has
 * their controllers; beside it there are groups of cgroup v1, which a container only gets for the limits that it has.
 */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt } from "../../ffi/file.ts";
import { isInUserNamespace } from "../../ffi/privilege.ts";
import { fileSystemType, statIfExists } from "../../ffi/stat.ts";
import { EngineError } from "../../storage/errors.ts";
import { readTextIfExists } from "../../storage/files.ts";
import {
  FORBIDDEN,
  makeGroup,
  removeGroup,
  V1_CONTROLLERS,
  v1MountPoint,
} from "./group_directory.ts";

const CGROUP2_SUPER_MAGIC = 0x63677270;

export interface CgroupHierarchy {
  readonly version: 1 | 2;
  /** Where its groups are directories. */
  readonly mountPoint: string;
}

/** The hierarchy that box uses on this host, or undefined where there is none. Found out once. */
export function probeCgroups(): CgroupHierarchy | undefined {
  if (probed === undefined) probed = [findHierarchy()];
  return probed[0];
}

let probed: readonly [CgroupHierarchy | undefined] | undefined;

function findHierarchy(): CgroupHierarchy | undefined {
  if (isInUserNamespace()) return delegatedHierarchy();
  for (const mountPoint of ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]) {
    if (isCgroup2(mountPoint)) return { version: 2, mountPoint };
  }
  const freezer = "/sys/fs/cgroup/freezer";
  return statIfExists(AT.FDCWD, `${freezer}/cgroup.procs`)
    ? { version: 1, mountPoint: freezer }
    : undefined;
}

/**
 * What an ordinary user has of cgroup v2: the group above his own if he may make groups there, else his own; cgroups(7),
 * "Delegation". Processes can only be moved below a group that is his.
 */
function delegatedHierarchy(): CgroupHierarchy | undefined {
  const [, own] = /^0::(\/.*)$/m.exec(readTextIfExists("/proc/self/cgroup") ?? "") ?? [];
  if (own === undefined || own.includes("..") || !isCgroup2("/sys/fs/cgroup")) return undefined;
  const group = `/sys/fs/cgroup${own}`.replace(/\/$/, ""), parent = group.replace(/\/[^/]*$/, "");
  const mountPoint = [parent, group].filter((path) => path.startsWith("/sys/fs/cgroup"))
    .find((path) => isOwn(path) && isOwn(`${path}/cgroup.procs`));
  if (mountPoint === undefined) return undefined;
  return { version: 2, mountPoint };
}

/** In a single-user namespace, and in others, the user is 0. */
function isOwn(path: string): boolean {
  return statIfExists(AT.FDCWD, path)?.uid === 0;
}

/** Whether there is no cgroup v1 beside a hierarchy. */
export function isOnlyHierarchy({ version, mountPoint }: CgroupHierarchy): boolean {
  return version === 2 && !/^\/sys\/fs\/cgroup\/unified(\/|$)/.test(mountPoint);
}

function isCgroup2(path: string): boolean {
  if (!statIfExists(AT.FDCWD, path)) return false;
  const fd = openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY);
  try {
    return fileSystemType(fd) === CGROUP2_SUPER_MAGIC;
  } finally {
    close(fd);
  }
}

/** What a file of a group says; nothing if the group is gone, or goes while its file is open (ENODEV). */
function readCgroupFile(path: string): string {
  try {
    return readTextIfExists(path)?.trim() ?? "";
  } catch (error) {
    if (isErrno(error, "ENODEV")) return "";
    throw error;
  }
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A group that has a controller. */
export interface LimitingGroup {
  readonly version: 1 | 2;
  readonly path: string;
}

/** The group that limits a container, whose group this is, by a controller, of either version; undefined if none does. */
export function limitingGroup(
  controller: string,
  own: string,
): LimitingGroup | undefined {
  const v1 = `${v1MountPoint(controller)}/${own}`;
  if (statIfExists(AT.FDCWD, v1)) return { version: 1, path: v1 };
  const hierarchy = probeCgroups();
  const v2 = hierarchy?.version === 2 ? `${hierarchy.mountPoint}/${own}` : undefined;
  const isEnabled = v2 !== undefined &&
    readCgroupFile(`${v2}/cgroup.controllers`).split(" ").includes(controller);
  return isEnabled ? { version: 2, path: v2 } : undefined;
}

/** The group that belongs to a container: box/<id>, or one below what --cgroup-parent names. */
export class Cgroup {
  constructor(readonly hierarchy: CgroupHierarchy, readonly group: string) {}

  get path(): string {
    return `${this.hierarchy.mountPoint}/${this.group}`;
  }

  exists(): boolean {
    return statIfExists(AT.FDCWD, this.path) !== undefined;
  }

  /** Makes the group, or returns false where the host does not let us. */
  create(): boolean {
    try {
      makeGroup(this.hierarchy, this.group);
      return true;
    } catch (error) {
      if (isErrno(error, ...FORBIDDEN)) return false;
      throw error;
    }
  }

  /**
   * What a new process needs to be in the group: of v2 the directory, for clone3; of v1 cgroup.procs, to write "0" to. Joining by
   * writing takes some 10 ms, because the kernel waits for all CPUs; being born in the group takes none.
   */
  open(): number {
    return this.hierarchy.version === 2
      ? openAt(AT.FDCWD, this.path, O.PATH | O.DIRECTORY)
      : openAt(AT.FDCWD, `${this.path}/cgroup.procs`, O.WRONLY);
  }

  /** The same of its groups of cgroup v1 that it has for limits. */
  openLimiting(): number[] {
    if (this.isOnlyHierarchy) return [];
    return V1_CONTROLLERS.map((controller) =>
      `${v1MountPoint(controller)}/${this.group}/cgroup.procs`
    ).filter((path) => statIfExists(AT.FDCWD, path))
      .map((path) => openAt(AT.FDCWD, path, O.WRONLY));
  }

  /** Removes the group, which must be empty, with those that it has for limits. */
  remove(): void {
    removeGroup(this.hierarchy.mountPoint, this.group);
    if (this.isOnlyHierarchy) return;
    for (const controller of V1_CONTROLLERS) removeGroup(v1MountPoint(controller), this.group);
  }

  /** Whether there is no cgroup v1 on this host. */
  private get isOnlyHierarchy(): boolean {
    return isOnlyHierarchy(this.hierarchy);
  }

  /** Kills every process of the group, and returns when it has none, or is gone. */
  async kill(): Promise<void> {
    const GIVE_UP_MS = 10_000, deadline = Date.now() + GIVE_UP_MS;
    for (;;) {
      const pids = readCgroupFile(`${this.path}/cgroup.procs`).split("\n").filter(Boolean);
      if (pids.length === 0) return;
      if (Date.now() > deadline) {
        throw new EngineError(`the processes of ${this.path} did not end within 10 seconds`);
      }
      // So that they neither fork, nor end and leave their pids to others.
      if (!await this.freeze()) return;
      const frozen = readCgroupFile(`${this.path}/cgroup.procs`).split("\n").filter(Boolean);
      for (const pid of frozen) kill(Number(pid));
      await this.thaw();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Stops every process of the group, and returns when all of them stand still. False if the group is gone. */
  async freeze(): Promise<boolean> {
    return await this.setFrozen(true);
  }

  /** Lets every process of the group go on; nothing if the group is gone. */
  async thaw(): Promise<void> {
    await this.setFrozen(false);
  }

  private async setFrozen(frozen: boolean): Promise<boolean> {
    const { version } = this.hierarchy;
    const GIVE_UP_MS = 10_000, deadline = Date.now() + GIVE_UP_MS;
    try {
      if (version === 2) Deno.writeTextFileSync(`${this.path}/cgroup.freeze`, frozen ? "1" : "0");
      else Deno.writeTextFileSync(`${this.path}/freezer.state`, frozen ? "FROZEN" : "THAWED");
    } catch (error) {
      if (!this.exists()) return false;
      throw error;
    }
    while (this.isFrozen() !== frozen) {
      if (!this.exists()) return false;
      if (Date.now() > deadline) {
        throw new EngineError(
          `the processes of ${this.path} did not ${frozen ? "freeze" : "thaw"} within 10 seconds`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }

  private isFrozen(): boolean {
    return this.hierarchy.version === 2
      ? /^frozen 1$/m.test(readCgroupFile(`${this.path}/cgroup.events`))
      : readCgroupFile(`${this.path}/freezer.state`) === "FROZEN";
  }
}
