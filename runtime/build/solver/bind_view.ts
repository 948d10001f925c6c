/** What RUN --mount=type=bind shows: a part of a context, a stage or an image, as a detached tree. */

import { AT, O } from "../../../ffi/constants.ts";
import { openDirectory } from "../../../ffi/directory.ts";
import { makeDirectory, openAt, readLink, withFd } from "../../../ffi/file.ts";
import { cloneTree } from "../../../ffi/mount.ts";
import { EngineError } from "../../../storage/errors.ts";
import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { openView } from "../../../storage/driver/view.ts";
import { openStack } from "../../../storage/overlay2/stack.ts";
import type { Store } from "../../../storage/store.ts";
import { TemporaryDirectory } from "../../../storage/temporary_directory.ts";
import { openInRoot } from "../../sandbox/rootfs.ts";
import { hideExcluded } from "../context/hide_excluded.ts";
import type { SourceTree } from "../context/types.ts";
import type { BuildTree } from "./sources.ts";

/** A descriptor of the tree. What is written to it, if it can be, is gone with the resources. */
export function openBindView(
  store: Store,
  { tree, layer }: BuildTree,
  source: string,
  isReadOnly: boolean,
  resources: DisposableStack,
): number {
  const clone = (root: number) =>
    withFd(openInRoot(root, source, O.PATH), (fd) => cloneTree(`/proc/self/fd/${fd}`, true));
  const cloneAt = (path: string) => withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), clone);
  if (layer !== undefined) {
    if (isReadOnly) return openView(store, layer.cacheId, "read", cloneAt);
    return resources.use(new WorkingLayer(store, layer)).openMerged(cloneAt);
  }
  if (isReadOnly && tree.exclude === undefined) return clone(tree.root);
  return openFiltered(resources.use(TemporaryDirectory.make(store)), tree, isReadOnly, cloneAt);
}

/** A context without what does not belong to it, and with what is written to it elsewhere. */
function openFiltered(
  { fd, path }: TemporaryDirectory,
  { root, exclude }: SourceTree,
  isReadOnly: boolean,
  open: (path: string) => number,
): number {
  const make = (name: string) => {
    makeDirectory(fd, name, 0o755);
    return `${path}/${name}`;
  };
  const lower = [readLink(AT.FDCWD, `/proc/self/fd/${root}`)];
  if (exclude !== undefined) {
    lower.unshift(make("hidden"));
    withFd(openDirectory(fd, "hidden"), (hidden) => hideExcluded(root, exclude, hidden));
  }
  const writable = isReadOnly ? undefined : { upper: make("upper"), work: make("work") };
  try {
    return openStack({ lower, writable, mountPoint: make("merged") }, open);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new EngineError(
      `cannot show the build context without what .dockerignore leaves out: ${error.message}`,
      { cause: error },
    );
  }
}
