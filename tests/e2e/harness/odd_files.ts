/** Files of every kind that a root file system can hold, and that archives have had trouble with. */

import { run } from "./process.ts";

/**
 * A shell script, for root. `$'...'` is not everywhere, so names that are not UTF-8 come from printf(1). The names reach
 * over the 100 bytes of a tar header, over the 155 + 100 of ustar, and to 250 bytes in one component.
 */
const script = `
  set -e
  umask 022
  printf content > file
  ln file link-to-file
  mkdir -p directory/empty
  ln file directory/other-link
  : > empty
  head -c 512 /dev/zero > one-block
  printf 'several\\0lines\\n' > 'blanks and "quotes"'
  printf x > "$(printf 'new\\nline')"
  printf x > 'back\\slash'
  printf x > ./-dash
  printf x > "$(printf 'caf\\351')"
  mkdir "$(printf 'dir\\377ectory')"
  printf x > "$(printf 'dir\\377ectory/\\376')"
  printf x > 'Grüße 世界 🐳'
  a50=$(printf 'a%.0s' $(seq 50)); b90=$(printf 'b%.0s' $(seq 90)); c250=$(printf 'c%.0s' $(seq 250))
  printf x > $a50$a50-101
  mkdir -p $a50/$b90/$a50
  printf x > $a50/$b90/$a50/$b90$a50
  printf x > $c250
  mkdir -p $a50/$c250
  ln $c250 $a50/$c250/$c250
  ln -s file link
  ln -s /nowhere/at/all dangling
  ln -s /etc/$b90/$a50/$c250 long-link
  ln -s "$(printf '\\344')" latin1-link
  ln -P link link-to-link
  mknod null c 1 3
  mknod far c 300 70000
  mknod block b 7 200
  mkfifo -m 640 fifo
  printf x > setuid; chmod 6755 setuid
  printf x > no-permissions; chmod 0 no-permissions
  mkdir sticky; chmod 3777 sticky
  printf x > owned; chown 1234:70000 owned
  printf x > owned-far; chown 3000000:4000000000 owned-far
  ln -s file owned-link; chown -h 12:34 owned-link
  printf x > capable; setcap cap_net_raw+ep capable
  printf x > described; setfattr -n user.binary -v 0x00ff8001 described; setfattr -n user.text -v text described
  mkdir described-directory; setfattr -n user.empty described-directory
  truncate -s 20M sparse
  printf data | dd of=sparse bs=1M seek=10 conv=notrunc status=none
  printf old > old
  printf future > future
  find . -exec touch -h -d '2020-02-20 20:20:20Z' {} +
  touch -d '1975-01-02 03:04:05.678901234Z' old
  touch -d '2106-02-07 12:00:00Z' future
  touch -h -d '2001-02-03 04:05:06Z' link
  touch -d '2011-12-13 14:15:16Z' directory
`;

/** Fills an empty directory. Needs root, and a file system with extended attributes. */
export async function makeOddFiles(directory: string): Promise<void> {
  const { code, stderr } = await run(["sh", "-c", script], {
    cwd: directory,
    env: { LC_ALL: "C.UTF-8" },
  });
  if (code !== 0) throw new Error(`cannot make odd files: ${stderr}`);
}
