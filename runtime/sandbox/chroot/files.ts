/** hosts, hostname and resolv.conf where they cannot be mounted: copies in the container's own /etc. */

import { O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, openAt, unlink, withFd, writeAll } from "../../../ffi/file.ts";
import { readBytesIfExists } from "../../../storage/files.ts";
import { hostFiles } from "../../../storage/vfs/unmounted_files.ts";
import { openInRoot, openRoot } from "../rootfs.ts";

/** Copies the files out of a directory of box's; `rootfs` is hostile, and nothing of it is followed or waited for. */
export function placeHostFiles(rootfs: string, directory: string): void {
  withFd(openRoot(rootfs), (root) => {
    let etc: number;
    try {
      etc = openInRoot(root, "/etc", O.PATH | O.DIRECTORY);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return; // the container has removed it
      throw error;
    }
    withFd(etc, () => hostFiles.forEach((name) => replace(etc, name, `${directory}/${name}`)));
  });
}

function replace(etc: number, name: string, source: string): void {
  const bytes = readBytesIfExists(source);
  if (bytes === undefined) return;
  try {
    unlink(etc, name);
  } catch (error) {
    if (isErrno(error, "EISDIR", "EPERM")) return; // docker leaves a directory in this place alone, too
    if (!isErrno(error, "ENOENT")) throw error;
  }
  const fd = openAt(etc, name, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o644);
  try {
    writeAll(fd, bytes);
  } finally {
    close(fd);
  }
}
