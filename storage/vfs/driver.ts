/**
 * vfs: a layer's directory is a copy of the layer below with its own files on top. Layers that nobody writes to share their
 * files by hard links; what a process writes to is a copy of its own, whose content the file system may share (reflinks).
 *
 * vfs/dir/<id> is docker's; vfs/roots/<id> is there for what can be written to: by it that is locked, it names the directory
 * that changes are counted from (`base`), and in it the copy is mounted.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames, openDirectory, removeTree } from "../../ffi/directory.ts";
import { changeModeOfFd, close, makeDirectory, withFd } from "../../ffi/file.ts";
import { isDirectory, statIfExists } from "../../ffi/stat.ts";
import type { Change } from "../change.ts";
import { CorruptStoreError } from "../errors.ts";
import type { StorageDriver } from "../driver/driver.ts";
import { ensureDirectory, readTextIfExists, writeNewFile } from "../files.ts";
import { chainIdsFrom, MAX_DEPTH } from "../layer/layer_store.ts";
import { fillInitLayer } from "../overlay2/init_layer.ts";
import { makeMissing, type MountStub } from "../overlay2/make_missing.ts";
import type { Store } from "../store.ts";
import { applyLayer } from "./apply_layer.ts";
import { compareTrees } from "./compare.ts";
import { copyDirectory, type CopyMode } from "./copy_tree.ts";
import { mountTree, unmountTree } from "./mount.ts";
import { isHostsOwn } from "./unmounted_files.ts";

const treeOf = (store: Store, id: string) => store.path("vfs/dir", id);
const rootOf = (store: Store, id: string) => `${store.overlays}/${id}`;
const filesIn = (staging: string) => `${staging}/files`;
const mountPoint = (store: Store, id: string) => `${rootOf(store, id)}/merged`;

export const vfs: StorageDriver = {
  layerForm: "archive",
  changesAreLayers: false,

  beginLayer(store, id, staging) {
    ensureDirectory(rootOf(store, id), 0o700);
    makeDirectory(AT.FDCWD, filesIn(staging), 0o755);
    return filesIn(staging);
  },

  completeLayer(store, id, parentId, staging) {
    copyOf(store, parentId, treeOf(store, id), "share");
    applyDirectory(filesIn(staging), treeOf(store, id));
    removeTree(AT.FDCWD, filesIn(staging));
    removeTree(AT.FDCWD, rootOf(store, id));
  },

  isTooDeep: (store, { chainId }) => chainIdsFrom(store, chainId).length >= MAX_DEPTH,

  remove(store, id) {
    unmountTree(mountPoint(store, id));
    removeTree(AT.FDCWD, rootOf(store, id));
    removeTree(AT.FDCWD, treeOf(store, id));
    removeTree(AT.FDCWD, treeOf(store, `${id}-init`));
  },

  filesOf: treeOf,

  stackOf(store, _id, parentId, staging) {
    return [filesIn(staging), ...parentId === undefined ? [] : [treeOf(store, parentId)]];
  },

  makeWritable(store, id, { parentId, stubs }) {
    ensureDirectory(rootOf(store, id), 0o700);
    let base = parentId;
    if (stubs !== undefined) {
      base = `${id}-init`;
      makeInitLayer(store, id, parentId, stubs);
    }
    writeNewFile(`${rootOf(store, id)}/base`, base ?? "", { mode: 0o600 });
    copyOf(store, base, treeOf(store, id), "own");
  },

  unmakeWritable(store, id) {
    removeTree(AT.FDCWD, treeOf(store, id));
    removeTree(AT.FDCWD, treeOf(store, `${id}-init`));
  },

  listChanges: compare,

  async *packChanges(store, id, latest) {
    const { packDifference } = await import("./pack_difference.ts"); // not needed by who only runs
    const tree = openDirectory(AT.FDCWD, treeOf(store, id));
    try {
      yield* packDifference(tree, compare(store, id), latest);
    } finally {
      close(tree);
    }
  },

  sizeOfChanges(store, id) {
    let sum = 0;
    for (const { path, kind } of compare(store, id)) {
      const stat = kind === "deleted"
        ? undefined
        : statIfExists(AT.FDCWD, `${treeOf(store, id)}${path}`);
      if (stat !== undefined && !isDirectory(stat)) sum += stat.size;
    }
    return sum;
  },

  mount(store, id, { mapped } = {}) {
    return mountTree(treeOf(store, id), mountPoint(store, id), mapped);
  },

  unmount: (store, id) => unmountTree(mountPoint(store, id)),

  mountPoint: treeOf,

  listMounted: (store) => listNames(store.overlays).filter((id) => vfs.isMounted(store, id)),

  isMounted: (store, id) => statIfExists(AT.FDCWD, mountPoint(store, id)) !== undefined,

  mountPrivately: (store, id) => treeOf(store, id),

  takesMount: () => false,

  describe: () => ({ Data: null, Name: "vfs" }),
};

/** A copy of a layer; an empty directory if there is none. */
function copyOf(store: Store, id: string | undefined, to: string, mode: CopyMode): void {
  if (id) copyDirectory(treeOf(store, id), to, mode);
  else makeDirectory(AT.FDCWD, to, 0o755);
  // Whatever the umask is, and whatever was set on the root of the layer below: an overlay does not show that, either.
  withFd(openDirectory(AT.FDCWD, to), (fd) => changeModeOfFd(fd, 0o755));
}

function applyDirectory(layer: string, tree: string): void {
  withFd(
    openDirectory(AT.FDCWD, layer),
    (from) => withFd(openDirectory(AT.FDCWD, tree), (to) => applyLayer(from, to)),
  );
}

function makeInitLayer(
  store: Store,
  id: string,
  parentId: string | undefined,
  stubs: readonly MountStub[],
): void {
  const own = `${rootOf(store, id)}/init`, tree = treeOf(store, `${id}-init`);
  makeDirectory(AT.FDCWD, own, 0o755);
  const stack = [own, ...parentId === undefined ? [] : [treeOf(store, parentId)]];
  fillInitLayer(stack);
  for (const stub of stubs) makeMissing(stack, stub);
  copyOf(store, parentId, tree, "share");
  applyDirectory(own, tree);
  removeTree(AT.FDCWD, own);
}

/** What was changed in a writable layer against the directory that it is a copy of. */
function compare(store: Store, id: string): Change[] {
  const file = `${rootOf(store, id)}/base`, base = readTextIfExists(file);
  if (base === undefined) throw new CorruptStoreError(`${file} is missing`);
  // A process has been there only if there is an init layer.
  const isIgnored = base.endsWith("-init") ? isHostsOwn : () => false;
  const tree = openDirectory(AT.FDCWD, treeOf(store, id));
  try {
    if (base === "") return compareTrees(undefined, tree, isIgnored);
    const from = openDirectory(AT.FDCWD, treeOf(store, base));
    return withFd(from, (fd) => compareTrees(fd, tree, isIgnored));
  } finally {
    close(tree);
  }
}
