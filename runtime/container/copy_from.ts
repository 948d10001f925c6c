/** `docker cp` from a container. */

import { O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt, withFd } from "../../ffi/file.ts";
import { fileSystemType, isDirectory, mountIdOf, type Stat, statAt } from "../../ffi/stat.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { EngineError, InvalidError } from "../../storage/errors.ts";
import type { Owner } from "../../storage/layer/attributes.ts";
import { baseOf } from "../../storage/layer/name.ts";
import { packEntry, type PackOptions } from "../../storage/layer/pack.ts";
import { cleanPath } from "../../storage/paths.ts";
import type { Store } from "../../storage/store.ts";
import { openInRoot } from "../sandbox/rootfs.ts";
import { PathNotFoundError } from "./copy_error.ts";
import { findHostDestination, unpackOnHost } from "./copy_host.ts";
import {
  type CopyPath,
  entryNameOf,
  findPlace,
  parseCopyPath,
  type Place,
  textOf,
} from "./copy_path.ts";
import { planCopy, targetAt } from "./copy_plan.ts";
import { recordContainerEvent } from "./record_event.ts";
import { prepareForContainers } from "./repair.ts";
import { openRootView, type RootView } from "./root_view.ts";

export interface SourceInContainer {
  /** A relative one counts from `/`. `/` or `/.` at its end are significant. */
  readonly path: string;
  /** Whether what a symbolic link leads to is copied, and not the link. */
  readonly followLink: boolean;
}

export interface DestinationOnHost {
  /** Absolute. `/` or `/.` at its end are significant. */
  readonly path: string;
  /** Who is to own the copies, if not who owns them in the container. */
  readonly owner?: Owner;
}

/** What is at a path of a container, as a tar; a directory with all that is in it. */
export async function archiveFromContainer(
  store: Store,
  id: string,
  source: SourceInContainer,
  sink: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  await prepareForContainers(store);
  using root = await openRootView(store, id, { access: "read", mounts: true });
  const wanted = parseSource(source);
  using found = findSource(root, wanted, source);
  // Unlike when it is copied to the host, a followed link has the name of what it leads to.
  const isFollowed = source.followLink && wanted.ending === "";
  const name = isFollowed ? baseOf(found.path) : entryNameOf(wanted);
  for (const chunk of pack(root, found, name)) sink(chunk);
  recordContainerEvent(store, readContainer(store, id), "archive-path");
}

/** Copies from a container to the host. Nothing outside of the destination is touched, whatever the container does meanwhile. */
export async function copyFromContainer(
  store: Store,
  id: string,
  source: SourceInContainer,
  destination: DestinationOnHost,
): Promise<void> {
  const wantedTarget = parseCopyPath(destination.path), wanted = parseSource(source);
  using target = findHostDestination(wantedTarget);
  await prepareForContainers(store);
  using root = await openRootView(store, id, { access: "read", mounts: true });
  using found = findSource(root, wanted, source);
  const plan = planCopy(
    { name: entryNameOf(wanted), isDirectory: isDirectory(found.stat) },
    targetAt(target, wantedTarget),
  );
  await unpackOnHost(pack(root, found, plan.name), target, plan.into, destination.owner);
  recordContainerEvent(store, readContainer(store, id), "archive-path");
}

function parseSource({ path }: SourceInContainer): CopyPath {
  if (path === "") throw new InvalidError("bad parameter: path cannot be empty");
  return parseCopyPath(path);
}

interface FoundSource extends Place {
  readonly stat: Stat;
}

function findSource(root: RootView, wanted: CopyPath, source: SourceInContainer): FoundSource {
  let place: Place;
  try {
    place = findPlace((path, flags) => openInRoot(root.fd, path, flags), wanted, source.followLink);
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw new PathNotFoundError(source.path);
    if (isErrno(error, "ENOTDIR")) throw notDirectory(wanted);
    throw error;
  }
  try {
    const { stat, path } = place;
    if (stat === undefined) {
      throw new PathNotFoundError(path === wanted.path ? source.path : cleanPath(path));
    }
    if (wanted.ending !== "" && !isDirectory(stat)) throw notDirectory(wanted);
    refuseKernelFiles(place);
    return isDirectory(stat) ? pinned(place) : { ...place, stat };
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

/** A directory by its own descriptor: what the container puts in its place meanwhile, a link for instance, is not what was found. */
function pinned(place: Place): FoundSource {
  const directory = openAt(place.directory, place.base, O.PATH | O.DIRECTORY | O.NOFOLLOW);
  place[Symbol.dispose]();
  return {
    directory,
    base: ".",
    path: place.path,
    stat: statAt(directory, ""),
    [Symbol.dispose]: () => close(directory),
  };
}

function notDirectory(path: CopyPath): EngineError {
  return new EngineError(`lstat ${textOf(path)}: not a directory`);
}

/** statfs(2): proc, sysfs, cgroup, cgroup2 */
const kernelFileSystems = [0x9fa0, 0x62656572, 0x27e0eb, 0x63677270];

/** Their files have no size until they are read, and would be copied empty. */
function refuseKernelFiles({ directory, base, path }: Place): void {
  const type = withFd(openAt(directory, base, O.PATH | O.NOFOLLOW), fileSystemType);
  if (kernelFileSystems.includes(type)) {
    throw new InvalidError(`cannot copy ${path}: it belongs to a file system of the kernel`);
  }
}

/** Packs what was found; of a whole root that is in use, without the kernel's file systems in it. */
function pack(root: RootView, { directory, base, stat }: FoundSource, name: string) {
  const isRoot = base === "." && stat.inode === statAt(root.fd, "").inode &&
    mountIdOf(directory) === mountIdOf(root.fd);
  const options: PackOptions = isRoot && root.isLive
    ? { form: "plain", ids: root.ids, filter: (path) => !/^(proc|sys|dev)\//.test(path) }
    : { form: "plain", ids: root.ids };
  return packEntry(directory, base, name, options);
}
