/**
 * Where the tests of one run have their temporary files.
 *
 * ext4 does not give an inode that was freed in the last minutes to a new file, and looks at each of them before it takes
 * another. Tests make and remove thousands of files; with all of their stores in one part of the disk, as everything below /tmp
 * is, making a file takes ten to forty times as long as it should, and half of the processor time of all tests went there.
 */

/** Makes an empty directory for `use`, to be given to the tests as TMPDIR, and removes what is left in it. */
export async function withScratch<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await makeShortDirectory(Deno.env.get("TMPDIR") ?? "/tmp");
  try {
    await Deno.chmod(directory, 0o755);
    // chattr(1): what is made in it is placed apart, as for top directories. Other file systems have no need of it.
    await new Deno.Command("chattr", { args: ["+T", directory], stderr: "null" }).output()
      .catch(() => {});
    return await use(directory);
  } finally {
    // Deno.remove would follow a mount that a test left.
    await new Deno.Command("rm", { args: ["-rf", "--one-file-system", directory] }).output();
  }
}

/** The paths of podman's directories have at most 50 bytes, and those of sockets 107. */
async function makeShortDirectory(parent: string): Promise<string> {
  for (;;) {
    const directory = `${parent}/t${crypto.randomUUID().slice(0, 6)}`;
    try {
      await Deno.mkdir(directory);
      return directory;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
