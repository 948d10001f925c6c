/** A running container, held open for a process that joins it. */

import { AT, CLONE, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { entered } from "../../../ffi/entered.ts";
import { close, openAt, readLink } from "../../../ffi/file.ts";
import { isInUserNamespace } from "../../../ffi/privilege.ts";
import type { ContainerFile } from "../../../storage/container/config.ts";
import { probeCgroups } from "../../sandbox/cgroup.ts";
import type { SandboxSpec } from "../../sandbox/spec.ts";
import { isAlive, openProcess } from "../process_identity.ts";
import { cgroupOf } from "../processes.ts";
import { NotRunningError } from "../require_running.ts";

export class ExecTarget implements Disposable {
  /** pidfd of the container's first process. */
  readonly process: number;
  /** Undefined for one that is kept by a chroot alone. */
  readonly pidNamespace: number | undefined;
  /** Namespaces that are box's own as well: CLONE_NEW* flags. */
  readonly shared: number;
  /** Its root: everything in it is hostile. */
  readonly root: number;
  /** The container's control group, if it has one. */
  readonly cgroup: SandboxSpec["cgroup"];
  private readonly fds: number[] = [];

  /**
   * `chrootAt` is the path of the root of one that is kept by a chroot alone. Throws NotRunningError if the container has ended.
   */
  constructor(readonly container: ContainerFile, chrootAt?: string) {
    const { ID: id, State: { Pid: pid } } = container;
    const process = openProcess(container);
    if (process === undefined) throw new NotRunningError(id);
    try {
      this.process = this.keep(process);
      this.pidNamespace = chrootAt === undefined
        ? this.keep(openAt(AT.FDCWD, `/proc/${pid}/ns/pid`, O.RDONLY))
        : undefined;
      this.shared = isInUserNamespace() ? sharedNamespaces(pid) : 0;
      // In a user's namespace even a chroot comes with mounts of its own.
      const root = chrootAt === undefined || entered() ? `/proc/${pid}/root` : chrootAt;
      this.root = this.keep(openAt(AT.FDCWD, root, O.PATH | O.DIRECTORY));
      this.cgroup = this.openCgroup();
      // The pid was its own all the while.
      if (!isAlive(container)) throw new NotRunningError(id);
    } catch (error) {
      this[Symbol.dispose]();
      throw isErrno(error, "ENOENT", "ESRCH", "ENODEV") ? new NotRunningError(id) : error;
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.fds.splice(0)) close(fd);
  }

  private openCgroup(): SandboxSpec["cgroup"] {
    const hierarchy = probeCgroups(), cgroup = cgroupOf(this.container);
    if (hierarchy === undefined || cgroup === undefined) return undefined;
    const joined = cgroup.openLimiting().map((fd) => this.keep(fd));
    return { hierarchy, fd: this.keep(cgroup.open()), joined };
  }

  private keep(fd: number): number {
    this.fds.push(fd);
    return fd;
  }
}

/**
 * In a user namespace the host's namespaces, which a container has that was not given its own, cannot be joined, not even by
 * those who are in them.
 */
function sharedNamespaces(pid: number): number {
  const names = {
    pid: CLONE.NEWPID,
    net: CLONE.NEWNET,
    ipc: CLONE.NEWIPC,
    uts: CLONE.NEWUTS,
    cgroup: CLONE.NEWCGROUP,
  };
  const identity = (process: string, name: string) =>
    readLink(AT.FDCWD, `/proc/${process}/ns/${name}`);
  return Object.entries(names)
    .filter(([name]) => identity(String(pid), name) === identity("self", name))
    .reduce((flags, [, flag]) => flags | flag, 0);
}
