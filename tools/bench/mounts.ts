/** What the bench mounts and unmounts. All of it needs a mount namespace, with which it goes. */

import { hostLeftoversOf, removeLeftovers } from "../../tests/e2e/harness/host.ts";
import { CommandError, must } from "../command.ts";

/** Short, because sockets and podman's `--runroot` below it may have only so many characters. */
const mountPoint = "/run/box-bench";

/**
 * Runs `use` with the directory where everybody has stores and temporary files, and takes it away.
 * It is an empty file system, or else `problem` says why it is just a directory in `parent`.
 */
export async function withFileSystem(
  parent: string,
  use: (directory: string, problem?: string) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(mountPoint, { recursive: true });
  using handle = await Deno.open(mountPoint);
  if (!await handle.tryLock(true)) throw new Error("another bench is running");
  const backing = await Deno.makeTempDir({ dir: parent, prefix: "box-bench-" });
  try {
    const problem = await mountExt4(`${backing}/ext4`);
    if (problem !== undefined) await must("mount", ["--bind", backing, mountPoint]);
    try {
      await use(mountPoint, problem);
    } finally {
      await removeLeftovers(hostLeftoversOf([`${mountPoint}/`]));
      await must("umount", ["--lazy", mountPoint]);
    }
  } finally {
    await must("rm", ["-rf", "--one-file-system", backing]);
    await Deno.remove(mountPoint);
  }
}

/**
 * Mounts an ext4 that is made in `file`, and returns why that is not possible if so.
 *
 * The machine's own may have no journal, and then takes twenty times as long to create files after
 * thousands were deleted: it avoids recently deleted inodes (recently_deleted in fs/ext4/ialloc.c).
 */
async function mountExt4(file: string): Promise<string | undefined> {
  // So that the kernel does not initialize in the background what mkfs has left out.
  const eager = "lazy_itable_init=0,lazy_journal_init=0";
  try {
    await must("truncate", ["--size=16G", file]);
    await must("mkfs.ext4", ["-q", "-F", "-E", eager, file]);
    await must("mount", ["-t", "ext4", "-o", "loop", file, mountPoint]);
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof Deno.errors.NotFound)) throw error;
    return error.message;
  }
}

/**
 * A cgroup v2 that is mounted beside v1: crun, and podman with it, refuses to run on such a host, so it is out of sight while
 * they have their turn. For all others the host is as it is.
 */
export class UnifiedCgroup {
  static readonly #mountPoint = "/sys/fs/cgroup/unified";
  #isShown = true;

  private constructor(private readonly isThere: boolean) {}

  static async find(): Promise<UnifiedCgroup> {
    const mounts = await Deno.readTextFile("/proc/self/mountinfo");
    return new UnifiedCgroup(mounts.includes(` ${UnifiedCgroup.#mountPoint} `));
  }

  /** For a host without one. */
  static none(): UnifiedCgroup {
    return new UnifiedCgroup(false);
  }

  async show(shown: boolean): Promise<void> {
    if (!this.isThere || shown === this.#isShown) return;
    const mountPoint = UnifiedCgroup.#mountPoint;
    if (shown) await must("mount", ["-t", "cgroup2", "cgroup2", mountPoint]);
    else await must("umount", [mountPoint]);
    this.#isShown = shown;
  }
}
