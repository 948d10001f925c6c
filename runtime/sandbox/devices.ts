/** /dev of a container: a file system of its own with docker's devices, nothing of the host's. */

import { AT, MS, S } from "../../ffi/constants.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { makeDevice } from "../../ffi/stat.ts";

/** The nodes that every container may use: [name, major, minor]. */
export const deviceNodes: readonly (readonly [name: string, major: number, minor: number])[] = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["full", 1, 7],
  ["random", 1, 8],
  ["urandom", 1, 9],
  ["tty", 5, 0],
];

const links: readonly (readonly [name: string, target: string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
  ["ptmx", "pts/ptmx"],
];

/** Makes /dev inside the new root. `shmSize` is the size of /dev/shm in bytes; undefined for none. */
export function planDevices(program: SpawnProgram, shmSize: number | undefined): void {
  const mount = (source: string, target: string, type: string, flags: number, data: string) =>
    program.call("mount", [source, target, type, flags, data], { what: `mount ${target}` });

  mount("tmpfs", "/dev", "tmpfs", MS.NOSUID | MS.STRICTATIME, "mode=755,size=65536k");
  for (const [name, major, minor] of deviceNodes) {
    program.call(
      "mknodat",
      [AT.FDCWD, `/dev/${name}`, S.IFCHR | 0o666, makeDevice(major, minor)],
      { what: `make /dev/${name}` },
    );
  }
  for (const [name, target] of links) {
    program.call("symlinkat", [target, AT.FDCWD, `/dev/${name}`], { what: `make /dev/${name}` });
  }
  for (const name of ["pts", "mqueue", ...shmSize === undefined ? [] : ["shm"]]) {
    program.call("mkdirat", [AT.FDCWD, `/dev/${name}`, 0o755], { what: `make /dev/${name}` });
  }
  const common = MS.NOSUID | MS.NOEXEC;
  mount("devpts", "/dev/pts", "devpts", common, "newinstance,ptmxmode=0666,mode=0620,gid=5");
  mount("mqueue", "/dev/mqueue", "mqueue", common | MS.NODEV, "");
  if (shmSize === undefined) return;
  mount("shm", "/dev/shm", "tmpfs", common | MS.NODEV, `mode=1777,size=${shmSize / 1024}k`);
}
