/** Mounting overlay2/<id>: what the kernel is told. */

import { AT, O } from "../../ffi/constants.ts";
import { removeTree } from "../../ffi/directory.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import { becomeFileSystemUser } from "../../ffi/file_system_user.ts";
import { openAt, removeDirectory, withFd } from "../../ffi/file.ts";
import { toHostId } from "../../ffi/idmap.ts";
import { attachTree, cloneTree, mapMountIds, mount, umount2 } from "../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../ffi/mount_namespace.ts";
import { isInUserNamespace } from "../../ffi/privilege.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { supportsAttribute } from "../../ffi/xattr.ts";
import type { MappedIds } from "../driver/driver.ts";
import { EngineError } from "../errors.ts";
import { ensureDirectory, readTextIfExists } from "../files.ts";
import { refusingMapping } from "../mapped_ids.ts";
import type { Store } from "../store.ts";
import { attributeOption, overlayAttributes } from "./user_attributes.ts";
import { lowerLinks } from "./directory.ts";

/** mount(2) takes at most a page of options, its NUL included. */
const OPTIONS_LIMIT = 4095;

/** What is wrong with a file system that cannot hold an overlay's upper layer. */
const UNSUITABLE = "the file system there must support d_type and trusted extended attributes " +
  "(ext4, xfs, btrfs), and must not be an overlay itself";

/** Why the kernel refuses to mount an overlay, by errno. */
const reasons: Record<string, string> = {
  EINVAL: UNSUITABLE,
  EOPNOTSUPP: UNSUITABLE,
  ENODEV: "the kernel has no overlayfs",
  EPERM: "mounting takes the capability CAP_SYS_ADMIN",
};

/** Where an overlay is seen while it is mounted. */
export function mergedPath(store: Store, id: string): string {
  return `${store.overlays}/${id}/merged`;
}

/**
 * Mounts an overlay on its merged directory and returns that path. Of a passing one nothing need outlive a power cut: it does not
 * wait for the disk, above all not at its end.
 */
export function mountOverlay(store: Store, id: string, isPassing: boolean): string {
  const merged = mergedPath(store, id);
  checkUpperLayer(store, id);
  ensureDirectory(merged, 0o755);
  mountWritable(store, id, "merged", isPassing);
  return merged;
}

/** Mounts an overlay on a directory of its own. */
function mountWritable(store: Store, id: string, on: string, isPassing = false): void {
  const links = lowerLinks(store, id);
  const mountAs = (more: string) =>
    mountOn(store, `${id}/${on}`, (prefix) => writableOptions(prefix, id, links) + more);
  try {
    mountAs(isPassing ? VOLATILE : "");
  } catch (error) {
    // Linux 5.10 knows volatile overlays; and refuses to mount anew what has been one.
    const wasVolatile = forgetVolatile(store, id);
    if (!isPassing && !wasVolatile) throw error;
    mountAs("");
  }
}

const VOLATILE = ",volatile";

/** Takes the mark away that a volatile overlay leaves; false if there is none. Documentation/filesystems/overlayfs.rst. */
function forgetVolatile(store: Store, id: string): boolean {
  const mark = [store.overlays, id, "work", "work", "incompat"].join("/");
  if (statIfExists(AT.FDCWD, mark) === undefined) return false;
  removeTree(AT.FDCWD, mark);
  return true;
}

/**
 * The same for a container with ids of its own: what belongs to id 0 in the layers is shown as belonging to what is 0 in a user
 * namespace, given as a descriptor; and what that makes belongs to 0 on the disk. All layers are reached through one mount of
 * overlay2 with mapped ids, in a mount namespace that ends with this call.
 */
export function mountOverlayMapped(
  store: Store,
  id: string,
  { userNamespace, ids }: MappedIds,
): string {
  const merged = mergedPath(store, id), { overlays } = store;
  checkUpperLayer(store, id);
  ensureDirectory(merged, 0o755);
  const tree = inPrivateMountNamespace(() => {
    withFd(cloneTree(overlays, false), (mapped) => {
      refusingMapping(overlays, () => mapMountIds(mapped, userNamespace));
      withFd(openDirectory(overlays), (place) => attachTree(mapped, place));
    });
    // overlayfs works as who has mounted it, and the host's root has no id there.
    const uid = toHostId(ids.uidMappings, 0)!, gid = toHostId(ids.gidMappings, 0)!;
    using _ = becomeFileSystemUser(uid, gid);
    refusingMapping(overlays, () => mountWritable(store, id, "merged"));
    return cloneTree(merged, false);
  });
  withFd(tree, () => withFd(openDirectory(merged), (place) => attachTree(tree, place)));
  return merged;
}

const openDirectory = (path: string) => openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY);

/**
 * Mounts an overlay where only this process sees it, in a mount namespace of its own, and returns that path. It is the work
 * directory, which every container has; merged would have to be made, and whoever removes it afterwards would take the mounts
 * of all others away, for rmdir(2) detaches what other namespaces have on a directory. To be read, the diff is but the topmost
 * of the lower directories, so that any number of processes can have it mounted at once.
 */
export function mountOverlayPrivately(
  store: Store,
  id: string,
  access: "read" | "write",
): string {
  const diffs = () => [`${id}/diff`, ...lowerLinks(store, id)];
  if (access === "write") mountWritable(store, id, "work");
  else {
    mountOn(
      store,
      `${id}/work`,
      (prefix) => lowerOption(prefix, diffs()) + featuresToDisable(),
    );
  }
  return `${store.overlays}/${id}/work`;
}

/** `optionsFor` gives the options with a prefix before every path: that of overlay2, or none if they get too long with it. */
function mountOn(store: Store, name: string, optionsFor: (prefix: string) => string): void {
  const options = optionsFor(`${store.overlays}/`);
  try {
    if (options.length <= OPTIONS_LIMIT) mountWith(`${store.overlays}/${name}`, options);
    else inDirectory(store.overlays, () => mountWith(name, optionsFor("")));
  } catch (error) {
    const reason = error instanceof SystemError ? reasons[error.code] : undefined;
    if (reason === undefined) throw error;
    throw cannotMount(store, `${(error as SystemError).message}; ${reason}`);
  }
}

function cannotMount(store: Store, why: string): EngineError {
  return new EngineError(`cannot mount an overlay in ${store.overlays}: ${why}`);
}

/** The kernel mounts it all the same where a file system has no extended attributes, and fails later. */
function checkUpperLayer(store: Store, id: string): void {
  checkOrigin(store);
  const opaque = `${overlayAttributes()}.overlay.opaque`;
  if (!supportsAttribute(`${store.overlays}/${id}/diff`, opaque)) {
    throw cannotMount(store, UNSUITABLE);
  }
}

/** What layers hide is marked in attributes that only one of the two kinds of overlays looks at. */
function checkOrigin(store: Store): void {
  const isMade = statIfExists(AT.FDCWD, store.userNamespaceMark) !== undefined;
  if (isMade === isInUserNamespace()) return;
  throw cannotMount(
    store,
    `the store was made ${isMade ? "in a user namespace" : "outside of user namespaces"}, ` +
      "and files that its layers remove would be back; choose another place with --root or BOX_ROOT",
  );
}

/** Unmounts an overlay; docker removes the directory, too. */
export function unmountOverlay(store: Store, id: string): void {
  const merged = mergedPath(store, id);
  try {
    umount2(merged);
  } catch (error) {
    // Somebody else was first; or we may not unmount, and then nothing that could be mounted would be ours.
    if (!isErrno(error, "EINVAL", "ENOENT", "EPERM")) throw error;
  }
  try {
    removeDirectory(AT.FDCWD, merged);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "EBUSY", "ENOTEMPTY")) throw error;
  }
}

function writableOptions(prefix: string, id: string, links: readonly string[]): string {
  const upper = escapeOption(`${prefix}${id}/diff`), work = escapeOption(`${prefix}${id}/work`);
  return `${lowerOption(prefix, links)},upperdir=${upper},workdir=${work}${featuresToDisable()}`;
}

/** Directories topmost first. */
function lowerOption(prefix: string, names: readonly string[]): string {
  return `lowerdir=${names.map((name) => escapeOption(prefix + name)).join(":")}`;
}

/** Colons and commas in a store's path would end the option; a backslash takes their meaning away. */
function escapeOption(path: string): string {
  return path.replace(/[\\:,]/g, (character) => "\\" + character);
}

/**
 * With redirect_dir or metacopy a diff directory does not show by itself what changed, and could not be committed; where the
 * kernel has them on by default, box turns them off.
 */
function featuresToDisable(): string {
  return ["index", "redirect_dir", "metacopy"]
    .filter((name) => readTextIfExists(`/sys/module/overlay/parameters/${name}`)?.startsWith("Y"))
    .map((name) => `,${name}=off`).join("") + attributeOption();
}

function mountWith(target: string, data: string): void {
  mount({ source: "overlay", target, type: "overlay", flags: 0, data });
}

function inDirectory(path: string, action: () => void): void {
  const previous = Deno.cwd();
  Deno.chdir(path);
  try {
    action();
  } finally {
    Deno.chdir(previous);
  }
}
