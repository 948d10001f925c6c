/** --pid, --ipc, --uts and --network: namespaces that a container shares with the host or with another container, its donor. */

import { AT, MS, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt } from "../../ffi/file.ts";
import { cloneTree, setMountAttributes } from "../../ffi/mount.ts";
import { fileSystemType, statAt } from "../../ffi/stat.ts";
import { cloneTreeInNamespace } from "../../ffi/mount_namespace.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import {
  readContainer,
  readHostConfig,
  resolveContainerId,
} from "../../storage/container/container_store.ts";
import { mountIdOf } from "../../storage/container/staged_container.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { ConflictError, EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { Cgroup, probeCgroups } from "../sandbox/cgroup.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import { StartError } from "../sandbox/start.ts";
import { whyChroot } from "../sandbox/chroot/reason.ts";
import { groupIn } from "./group.ts";
import { isAlive } from "./process_identity.ts";

const PROC_SUPER_MAGIC = 0x9fa0, PROC_ROOT_INODE = 1n;

/** The container that a mode names: of `container:ID` the ID. */
export function donorOf(mode: string): string | undefined {
  return /^container:(.+)$/s.exec(mode)?.[1];
}

/** Those of all its modes. */
export function donorsOf(
  { NetworkMode, IpcMode, PidMode }: Pick<HostConfig, "NetworkMode" | "IpcMode" | "PidMode">,
): string[] {
  return [NetworkMode, IpcMode, PidMode].map(donorOf).filter((id) => id !== undefined);
}

/** The same with the ids of the containers that its modes name. Throws NotFoundError if there is none of that name. */
export function resolveDonors(store: Store, hostConfig: HostConfig): HostConfig {
  const resolve = (mode: string) => {
    const donor = donorOf(mode);
    return donor === undefined ? mode : `container:${resolveContainerId(store, donor)}`;
  };
  const { PidMode, IpcMode, NetworkMode } = hostConfig;
  return {
    ...hostConfig,
    PidMode: resolve(PidMode),
    IpcMode: resolve(IpcMode),
    NetworkMode: resolve(NetworkMode),
  };
}

export function hasOwnPidNamespace({ PidMode }: HostConfig): boolean {
  return PidMode !== "host" && donorOf(PidMode) === undefined;
}

/**
 * Ends what is left of a container whose first process has ended. The kernel does it where that was process 1; elsewhere the
 * others would live on, and keep the container's streams and files open.
 */
export async function killLeftBehind(
  store: Store,
  id: string,
  hostConfig: HostConfig,
): Promise<void> {
  if (whyChroot(store) !== undefined) {
    const { killProcessesIn } = await import("../sandbox/chroot/processes.ts");
    return await killProcessesIn(driverOf(store).mountPoint(store, mountIdOf(store, id)));
  }
  const hierarchy = hasOwnPidNamespace(hostConfig) ? undefined : probeCgroups();
  if (hierarchy) await new Cgroup(hierarchy, groupIn(id, hostConfig)).kill();
}

/** What a container's process joins, and the /dev/shm that goes with its ipc namespace: open as long as this object is in use. */
export class SharedNamespaces implements Disposable {
  readonly spec: Pick<
    SandboxSpec,
    "hostNamespaces" | "joinPidNamespace" | "procTree" | "joinIpcNamespace" | "shmSize"
  >;
  /** A detached mount for /dev/shm, where that is not to be the container's own. */
  readonly shmTree: number | undefined;
  readonly #fds: number[] = [];

  /** Throws StartError, in docker's words, if a donor is gone, does not run, or does not share. */
  constructor(store: Store, hostConfig: HostConfig) {
    const { PidMode, IpcMode, UTSMode, ShmSize } = hostConfig;
    const modes = { pid: PidMode, ipc: IpcMode, uts: UTSMode };
    const hostNamespaces = (["pid", "ipc", "uts"] as const).filter((name) =>
      modes[name] === "host"
    );
    const pidDonor = donorOf(PidMode), ipcDonor = donorOf(IpcMode);
    try {
      const pid = pidDonor === undefined ? {} : refusing(() => this.#joinPid(store, pidDonor));
      let joinIpcNamespace: number | undefined;
      if (IpcMode === "host") {
        this.shmTree = this.#keep(refusing(hostShm));
      } else if (ipcDonor !== undefined) {
        [joinIpcNamespace, this.shmTree] = refusing(() => this.#joinIpc(store, ipcDonor));
      }
      const shmSize = this.shmTree !== undefined || IpcMode === "none" ? undefined : ShmSize;
      this.spec = { hostNamespaces, ...pid, joinIpcNamespace, shmSize };
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds.splice(0)) close(fd);
  }

  #joinPid(store: Store, id: string): Pick<SandboxSpec, "joinPidNamespace" | "procTree"> {
    const donor = runningDonor(store, id, "pid");
    const mounts = this.#openNamespace(donor, "mnt");
    const procTree = this.#keep(cloneTreeInNamespace(mounts, "/proc"));
    const { inode } = statAt(procTree, "");
    if (fileSystemType(procTree) !== PROC_SUPER_MAGIC || inode !== PROC_ROOT_INODE) {
      throw new ConflictError(`cannot join PID of container ${id}: its /proc is something else`);
    }
    setMountAttributes(procTree, 0, MS.PRIVATE, false);
    return { joinPidNamespace: this.#openNamespace(donor, "pid"), procTree };
  }

  #joinIpc(store: Store, id: string): [namespace: number, shmTree: number] {
    const donor = runningDonor(store, id, "ipc");
    if (!sharesIpc(store, donor)) {
      throw new ConflictError(
        `can't join IPC of container ${id}: non-shareable IPC ` +
          "(hint: use IpcMode:shareable for the donor container)",
      );
    }
    const mounts = this.#openNamespace(donor, "mnt");
    const shmTree = this.#keep(cloneTreeInNamespace(mounts, "/dev/shm"));
    setMountAttributes(shmTree, 0, MS.PRIVATE, false);
    return [this.#openNamespace(donor, "ipc"), shmTree];
  }

  #openNamespace(donor: ContainerFile, name: "pid" | "ipc" | "mnt"): number {
    return this.#keep(openNamespace(donor, name));
  }

  #keep(fd: number): number {
    this.#fds.push(fd);
    return fd;
  }
}

/**
 * A namespace of a container's first process, which still is that process when the descriptor is open. Throws ConflictError if the
 * container does not run.
 */
export function openNamespace(
  container: ContainerFile,
  name: "pid" | "ipc" | "mnt" | "net" | "user",
): number {
  try {
    const fd = openAt(AT.FDCWD, `/proc/${container.State.Pid}/ns/${name}`, O.RDONLY);
    if (isAlive(container)) return fd;
    close(fd);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ESRCH")) throw error;
  }
  throw notRunning(container.ID);
}

/** The network namespace of another container. Throws StartError in docker's words if there is none to be had. */
export function openDonorsNetwork(store: Store, id: string): number {
  return refusing(() => openNamespace(runningDonor(store, id, "network"), "net"));
}

/** The user namespace of another container. Throws StartError if that does not run. */
export function openDonorsUserNamespace(store: Store, id: string): number {
  return refusing(() => openNamespace(runningDonor(store, id, "user"), "user"));
}

function runningDonor(
  store: Store,
  id: string,
  namespace: "pid" | "ipc" | "network" | "user",
): ContainerFile {
  try {
    const donor = readContainer(store, id);
    if (!isAlive(donor)) throw notRunning(id);
    if (donor.State.Restarting) {
      throw new ConflictError(
        `Container ${id} is restarting, wait until the container is running`,
      );
    }
    return donor;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { message } = error, isGone = !(error instanceof ConflictError);
    if (namespace === "ipc") {
      throw new ConflictError(`can't join IPC of container ${id}: ${message}`);
    }
    if (namespace === "network") {
      if (message.includes("is restarting")) throw error;
      throw new ConflictError(
        isGone
          ? `No such container: ${id}`
          : `cannot join network of a non running container: ${id}`,
      );
    }
    if (!isGone) throw error;
    throw new ConflictError(`cannot join PID of a non running container: ${id}: ${message}`);
  }
}

const notRunning = (id: string) => new ConflictError(`container ${id} is not running`);

/** Docker shares the /dev/shm that it has made itself, or that was shared with the donor. */
function sharesIpc(store: Store, donor: ContainerFile): boolean {
  const { IpcMode, Tmpfs } = readHostConfig(store, donor.ID);
  if (IpcMode === "private" || IpcMode === "none") return false;
  return ![...Object.keys(donor.MountPoints), ...Object.keys(Tmpfs ?? {})].includes("/dev/shm");
}

function hostShm(): number {
  let tree: number;
  try {
    tree = cloneTree("/dev/shm", true);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    throw new ConflictError("/dev/shm is not mounted, but must be for --ipc=host");
  }
  setMountAttributes(tree, 0, MS.PRIVATE, true);
  return tree;
}

/** What docker refuses when it starts a container is a failed start, not a wrong request. */
function refusing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof EngineError) throw new StartError(error.message, 125);
    throw error;
  }
}
