/** Directories that are no layers of the store, stacked for a while where nobody sees it. */

import { AT, O } from "../../ffi/constants.ts";
import { close, openAt } from "../../ffi/file.ts";
import { mount } from "../../ffi/mount.ts";
import { attributeOption } from "./user_attributes.ts";
import { inPrivateMountNamespace } from "../../ffi/mount_namespace.ts";

export interface Stack {
  /** Paths, topmost first; at least two of them if there is no upper directory. */
  readonly lower: readonly string[];
  /** Where writes go, and what the kernel needs for that: two empty directories of one file system. */
  readonly writable?: { readonly upper: string; readonly work: string };
  /** An empty directory. */
  readonly mountPoint: string;
}

/** `open` gets the path where all of it can be seen as long as it is called, and returns a descriptor such as cloneTree() gives. */
export function openStack(
  { lower, writable, mountPoint }: Stack,
  open: (path: string) => number,
): number {
  return inPrivateMountNamespace(() => {
    using fds = new DisposableStack();
    // By descriptors of this namespace: no character of a path means anything in the options.
    const reach = (path: string) => {
      const fd = openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY);
      fds.defer(() => close(fd));
      return `/proc/self/fd/${fd}`;
    };
    const options = [
      `lowerdir=${lower.map(reach).join(":")}`,
      ...(writable ? [`upperdir=${reach(writable.upper)}`, `workdir=${reach(writable.work)}`] : []),
    ];
    const data = options.join(",") + attributeOption();
    mount({ source: "overlay", target: mountPoint, type: "overlay", flags: 0, data });
    return open(mountPoint);
  });
}
