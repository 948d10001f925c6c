/** What is mounted where this thread is: proc_pid_mountinfo(5). */

import { AT, O } from "./constants.ts";
import { isErrno } from "./errno.ts";
import { openAt, readSmallFile, withFd } from "./file.ts";

/** Bytes that it has at most. */
const LIMIT = 64 << 20;

/** The paths of all mounts, in the order in which they were made; none where there is no /proc. */
export function mountPoints(): string[] {
  return readMountinfo().split("\n").map((line) => unescapeOctal(line.split(" ", 5)[4] ?? ""));
}

/** Where the kernel has an empty directory on which to mount: what lies there hides nothing. */
const PLACES = ["/proc/sys/fs/binfmt_misc"];

/**
 * Whether a whole /proc is mounted somewhere, without which the kernel mounts no other one in a user namespace:
 * mount_namespaces(7).
 */
export function showsWholeProc(mountinfo = readMountinfo()): boolean {
  const mounts = mountinfo.split("\n").filter(Boolean).map((line) => {
    const [before, after] = line.split(" - "), [id, parent, , root, path] = before.split(" ");
    return { id, parent, root, path, type: after?.split(" ", 1)[0] };
  });
  const covered = new Set(
    mounts.filter(({ path }) => !PLACES.includes(path)).map(({ parent }) => parent),
  );
  return mounts.some(({ id, root, type }) => type === "proc" && root === "/" && !covered.has(id));
}

function readMountinfo(): string {
  try {
    const fd = openAt(AT.FDCWD, "/proc/thread-self/mountinfo", O.RDONLY);
    return new TextDecoder().decode(withFd(fd, () => readSmallFile(fd, LIMIT)));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "";
    throw error;
  }
}

/** Space, tab, newline and backslash are written as \ooo. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}
