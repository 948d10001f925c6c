/** Access to a container's files from outside, whether it runs or not. */

import { AT, MOUNT_ATTR, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, type DirectoryFd, openAt, withFd } from "../../ffi/file.ts";
import { cloneTree, setMountAttributes } from "../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../ffi/mount_namespace.ts";
import { mountingRefusal } from "../../ffi/privilege.ts";
import type { IdMappings } from "../../ffi/idmap.ts";
import { fileSystemType } from "../../ffi/stat.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
} from "../../storage/container/container_store.ts";
import { readIdMappings } from "../../storage/container/id_mappings.ts";
import { mountIdOf } from "../../storage/container/staged_container.ts";
import { EngineError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { openView } from "../../storage/driver/view.ts";
import type { Store } from "../../storage/store.ts";
import type { ContainerVolumes } from "../volume/operations.ts";
import { whyChroot } from "../sandbox/chroot/reason.ts";
import { attachBinds } from "./attach_binds.ts";
import { lockContainer } from "./lock_container.ts";
import { ContainerMounts } from "./mounts.ts";
import { isAlive } from "./process_identity.ts";
import { hasUserNamespace } from "./user_namespace/mode.ts";
import { volumesOf } from "./volumes.ts";

/** A container's root directory. While it is open the container neither goes away nor starts or ends. */
export interface RootView extends Disposable {
  /** O_PATH. Everything below it is hostile: paths are to be resolved in it (openInRoot). */
  readonly fd: DirectoryFd;
  /** Whether it is what the container's process sees, with the kernel's file systems in it. */
  readonly isLive: boolean;
  /** The user namespace whose ids the files are seen with as the host's, if there is one. */
  readonly ids?: IdMappings;
}

export interface RootViewRequest {
  readonly access: "read" | "write";
  /** Whether volumes and the container's other mounts are seen, or what they cover. */
  readonly mounts: boolean;
}

const OVERLAYFS_SUPER_MAGIC = 0x794c7630;

/** Milliseconds between attempts while somebody starts the container, clears up after it, or writes to it. */
const RETRY_INTERVAL = 5;

/**
 * Opens the root of a container. Of one that does not run it is mounted for this descriptor alone, which takes the mount along
 * when it is closed, be it by SIGKILL. NotFoundError if there is no such container.
 */
export async function openRootView(
  store: Store,
  id: string,
  request: RootViewRequest,
): Promise<RootView> {
  const volumes = request.mounts ? await volumesOf(store, readContainer(store, id)) : undefined;
  await volumes?.resolve();
  for (;;) {
    const view = openLiveRoot(store, id, request) ?? openIdleRoot(store, id, request, volumes);
    if (view !== undefined) return view;
    await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL));
  }
}

function openLiveRoot(store: Store, id: string, request: RootViewRequest): RootView | undefined {
  using resources = new DisposableStack();
  resources.use(lockContainer(store, id, "shared"));
  const container = readContainer(store, id);
  if (!isAlive(container)) return undefined;
  const ids = hasUserNamespace(readHostConfig(store, id))
    ? readIdMappings(containerPath(store, id))
    : undefined;
  const fd = request.mounts ? openRootOfProcess(store, container) : openMerged(store, id);
  return fd === undefined ? undefined : viewOf(fd, request.mounts, resources, ids);
}

/** What the container's own process sees, or undefined if it has ended. */
function openRootOfProcess(store: Store, container: ContainerFile): number | undefined {
  let fd: number;
  try {
    // What is kept by a chroot alone has no mounts; and it may be another user's, whose root only its tracer sees.
    if (whyChroot(store) !== undefined) return openMerged(store, container.ID);
    fd = openAt(AT.FDCWD, `/proc/${container.State.Pid}/root`, O.PATH | O.DIRECTORY);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH") && !isAlive(container)) return undefined;
    throw error;
  }
  if (isAlive(container)) return fd;
  close(fd); // the pid may have been another's by then
  return undefined;
}

/** The host's mount of a running container's overlay, on which the container's mounts are not. */
function openMerged(store: Store, id: string): number {
  const path = driverOf(store).mountPoint(store, mountIdOf(store, id));
  const fd = openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY | O.NOFOLLOW);
  if (store.driver !== "overlay2" || fileSystemType(fd) === OVERLAYFS_SUPER_MAGIC) return fd;
  close(fd);
  throw new EngineError(
    `${path} is not mounted here: box was started in another mount namespace than the container`,
  );
}

/** Undefined if the container has been started meanwhile, or somebody else is busy with it. */
function openIdleRoot(
  store: Store,
  id: string,
  request: RootViewRequest,
  volumes: ContainerVolumes | undefined,
): RootView | undefined {
  using resources = new DisposableStack();
  const mountId = mountIdOf(store, id);
  const access = accessFor(request, readContainer(store, id));
  if (access === "write") {
    // Whoever has the overlay mounted to write to it holds this lock; two such mounts would spoil each other's files.
    const lock = DirectoryLock.tryTake(`${store.overlays}/${mountId}`);
    if (lock === undefined) return undefined;
    resources.use(lock);
  }
  resources.use(lockContainer(store, id, access === "write" ? "exclusive" : "shared"));
  const container = readContainer(store, id);
  if (isAlive(container)) return undefined;
  if (mountingRefusal() !== undefined) {
    return viewOf(openView(store, mountId, access), false, resources);
  }
  const fd = inPrivateMountNamespace(() => {
    const path = driverOf(store).mountPrivately(store, mountId, access);
    if (!request.mounts) return cloneTree(path, true);
    mountOn(path, store, container, volumes);
    return cloneTree(path, true);
  });
  // Now only: mount points had to be made before.
  if (readHostConfig(store, id).ReadonlyRootfs) {
    setMountAttributes(fd, MOUNT_ATTR.RDONLY, 0, false);
  }
  return viewOf(fd, false, resources);
}

/** The mount points of a container that has never run are missing, and making them is writing. */
function accessFor({ access, mounts }: RootViewRequest, container: ContainerFile) {
  const hasMountPoints = Object.keys(container.MountPoints).length > 0;
  return mounts && hasMountPoints && !container.HasBeenStartedBefore ? "write" : access;
}

function mountOn(
  path: string,
  store: Store,
  container: ContainerFile,
  volumes: ContainerVolumes | undefined,
): void {
  const directory = containerPath(store, container.ID);
  const hostConfig = readHostConfig(store, container.ID);
  using volumeTrees = volumes?.openTrees({ lasting: false });
  using mounts = new ContainerMounts(directory, container, hostConfig, { volumeTrees });
  withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), (root) => attachBinds(root, mounts.mounts));
}

/** Closes the descriptor before anything else that `resources` holds. */
function viewOf(
  fd: number,
  isLive: boolean,
  resources: DisposableStack,
  ids?: IdMappings,
): RootView {
  resources.defer(() => close(fd));
  const owned = resources.move();
  return { fd, isLive, ids, [Symbol.dispose]: () => owned.dispose() };
}
