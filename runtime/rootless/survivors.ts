/** Whoever is still in a user's namespaces when their holder has been killed: a keeper of his containers, for one. */

import { AT, O } from "../../ffi/constants.ts";
import { listNames, openDirectory, readEntries } from "../../ffi/directory.ts";
import { SystemError } from "../../ffi/errno.ts";
import { openAt, readLink, withFd } from "../../ffi/file.ts";
import { type Stat, statAt } from "../../ffi/stat.ts";

/** Descriptors, close-on-exec. */
export interface Namespaces {
  readonly user: number;
  readonly mount: number;
}

/**
 * The namespaces of any process that has this file open, as all have who are to keep them, and is in another user namespace than
 * this one. Undefined if there is none.
 */
export function openNamespacesOfSurvivor(users: number): Namespaces | undefined {
  const file = statAt(users, ""), own = readLink(AT.FDCWD, "/proc/self/ns/user");
  for (const name of listNames("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      // Whatever the pid comes to mean, this directory stays that of one process.
      const found = withFd(openDirectory(AT.FDCWD, `/proc/${name}`), (process) => {
        if (readLink(process, "ns/user") === own || !hasOpen(process, file)) return undefined;
        const open = (kind: string) => openAt(process, `ns/${kind}`, O.RDONLY);
        return { user: open("user"), mount: open("mnt") };
      });
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error; // it is another user's, or has ended
    }
  }
  return undefined;
}

function hasOpen(process: number, file: Stat): boolean {
  return withFd(
    openDirectory(process, "fd"),
    (descriptors) =>
      readEntries(descriptors).some(({ name }) => {
        const { inode, device } = statAt(descriptors, name, true);
        return inode === file.inode && device.join() === file.device.join();
      }),
  );
}
