/** `docker cp` into a container. */

import { O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { type DirectoryFd, withFd } from "../../ffi/file.ts";
import { becomeFileSystemUser } from "../../ffi/file_system_user.ts";
import { type IdMappings, toHostId } from "../../ffi/idmap.ts";
import { isDevice, isDirectory, isReadonlyMount, mountIdOf } from "../../ffi/stat.ts";
import { readContainer } from "../../storage/container/container_store.ts";
import { ConflictError, InvalidError } from "../../storage/errors.ts";
import type { Owner } from "../../storage/layer/attributes.ts";
import { decompress } from "../../storage/layer/compression/decompress.ts";
import { packEntry } from "../../storage/layer/pack.ts";
import { type ByteSource, sourceOf } from "../../storage/layer/source.ts";
import { unpackArchive } from "../../storage/layer/unpack.ts";
import { cleanPath } from "../../storage/paths.ts";
import type { Store } from "../../storage/store.ts";
import { openInRoot, readUserDatabase } from "../sandbox/rootfs.ts";
import { resolveUser } from "../sandbox/user.ts";
import { CopyError, DestinationError, PathNotFoundError } from "./copy_error.ts";
import { findHostSource } from "./copy_host.ts";
import { type CopyPath, entryNameOf, findPlace, parseCopyPath, type Place } from "./copy_path.ts";
import { planCopy, targetAt } from "./copy_plan.ts";
import { recordContainerEvent } from "./record_event.ts";
import { prepareForContainers } from "./repair.ts";
import { openRootView, type RootView } from "./root_view.ts";

export interface SourceOnHost {
  /** Absolute. `/` or `/.` at its end are significant. */
  readonly path: string;
  /** Whether what a symbolic link leads to is copied, and not the link. */
  readonly followLink: boolean;
}

export interface DestinationInContainer {
  /** A relative one counts from `/`. `/` or `/.` at its end are significant. */
  readonly path: string;
  /** Whether everything is to belong to the user that the container runs as, if it has one. */
  readonly asUser: boolean;
}

/** Copies from the host into a container. Nothing outside of the container is touched, whatever it does meanwhile. */
export async function copyIntoContainer(
  store: Store,
  id: string,
  source: SourceOnHost,
  destination: DestinationInContainer,
): Promise<void> {
  const wantedSource = parseCopyPath(source.path), wanted = parseDestination(destination);
  using found = findHostSource(wantedSource, source.followLink);
  await prepareForContainers(store);
  using root = await openRootView(store, id, { access: "write", mounts: true });
  using target = findDestination(root, wanted, !isDirectory(found.stat));
  const plan = planCopy(
    { name: entryNameOf(wantedSource), isDirectory: isDirectory(found.stat) },
    targetAt(target, wanted),
  );
  const chunks = packEntry(found.directory, found.base, plan.name, { form: "plain" });
  const directory = plan.into === "target" ? target.path : parentOf(target.path);
  const owner = ownerFor(store, id, root, destination);
  await unpackInRoot(sourceOf(chunks), root, directory, owner);
  recordContainerEvent(store, readContainer(store, id), "extract-to-dir");
}

/** Unpacks a tar, compressed or not, in a directory of a container. */
export async function unpackIntoContainer(
  store: Store,
  id: string,
  archive: ByteSource,
  destination: DestinationInContainer,
): Promise<void> {
  const wanted = parseDestination(destination);
  await prepareForContainers(store);
  using root = await openRootView(store, id, { access: "write", mounts: true });
  using target = findDestination(root, wanted, false);
  if (target.stat === undefined || !isDirectory(target.stat)) {
    throw new DestinationError("must be a directory");
  }
  const owner = ownerFor(store, id, root, destination);
  await unpackInRoot(decompress(archive), root, target.path, owner);
  recordContainerEvent(store, readContainer(store, id), "extract-to-dir");
}

function parseDestination({ path }: DestinationInContainer): CopyPath {
  if (path === "") throw new InvalidError("bad parameter: path cannot be empty");
  return parseCopyPath(path);
}

/** Unlike in a source, a symbolic link at the end is followed. */
function findDestination(root: RootView, wanted: CopyPath, isForFile: boolean): Place {
  let place: Place;
  try {
    place = findPlace((path, flags) => openInRoot(root.fd, path, flags), wanted, true);
  } catch (error) {
    if (isErrno(error, "ENOTDIR")) throw new InvalidError("extraction point is not a directory");
    if (!isErrno(error, "ENOENT")) throw error;
    if (isForFile && wanted.ending !== "") throw new CopyError("no such directory");
    throw new PathNotFoundError(cleanPath(error.subject));
  }
  if (place.stat === undefined || !isDevice(place.stat)) return place;
  place[Symbol.dispose]();
  throw new DestinationError("must be a directory or a regular file: got a device");
}

/** Docker's --archive gives everything to the user that the image or `run --user` names. */
function ownerFor(
  store: Store,
  id: string,
  root: RootView,
  { asUser }: DestinationInContainer,
): Owner | undefined {
  const { User } = readContainer(store, id).Config;
  if (!asUser || User === "") return undefined;
  const passwd = readUserDatabase(root.fd, "/etc/passwd");
  return resolveUser(User, passwd, readUserDatabase(root.fd, "/etc/group"));
}

async function unpackInRoot(
  archive: ByteSource,
  root: RootView,
  path: string,
  owner: Owner | undefined,
): Promise<void> {
  const directory = openInRoot(root.fd, path, O.PATH | O.DIRECTORY);
  withFd(directory, () => assertWritable(root.fd, directory));
  const destination = path.replace(/^\/+/, "");
  const { ids } = root;
  using _ = ids && becomeRootOf(ids);
  await unpackArchive(archive, root.fd, { conflicts: "keep type", destination, owner, ids });
}

/** The host's root can make nothing where it has no id. */
function becomeRootOf({ uidMappings, gidMappings }: IdMappings): Disposable {
  return becomeFileSystemUser(toHostId(uidMappings, 0)!, toHostId(gidMappings, 0)!);
}

function assertWritable(root: DirectoryFd, directory: DirectoryFd): void {
  if (!isReadonlyMount(directory)) return;
  throw new ConflictError(
    mountIdOf(directory) === mountIdOf(root)
      ? "container rootfs is marked read-only"
      : "mounted volume is marked read-only",
  );
}

/** Everything before the last name. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
