/** Mounts that were asked for, and the parts of /proc and /sys that are hidden or protected. */

import {
  AT,
  FSCONFIG,
  MOUNT_ATTR,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  MS,
  O,
  RESOLVE,
} from "../../ffi/constants.ts";
import type { SpawnProgram } from "../../ffi/spawn/program.ts";
import { type Argument, type Cell, Label } from "../../ffi/spawn/values.ts";
import type { SandboxMount, SandboxSpec } from "./spec.ts";

const SIZEOF_OPEN_HOW = 24;

/** How paths of the container are looked up: no link leads out of its root, nor to what this process has open. */
const IN_ROOT = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;

const PROC_SUPER_MAGIC = 0x9fa0, SIZEOF_STATFS = 120, EPERM = 1;

/**
 * Attaches one mount. Its target is opened inside the root, where no link leads out (CVE-2021-30465), and the mount is moved
 * onto that very descriptor: nothing can be swapped in between.
 */
export function planMount(program: SpawnProgram, mount: SandboxMount): void {
  const { target, crossesMounts } = mount;
  const tree = mount.type === "bind" ? mount.treeFd : planTmpfs(program, mount);
  planMountPoint(program, target, mount.type === "bind" ? mount.kind : "directory");
  const resolve = IN_ROOT | (crossesMounts ? 0 : RESOLVE.NO_XDEV);
  const targetFd = program.call(
    "openat2",
    [AT.FDCWD, target, [O.PATH | O.CLOEXEC, 0, resolve], SIZEOF_OPEN_HOW],
    { what: `open mount point ${target}` },
  );
  if (crossesMounts && !target.startsWith("/proc/")) refuseProc(program, targetFd, target);
  program.call(
    "move_mount",
    [tree, "", targetFd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH],
    { what: `mount on ${target}` },
  );
}

/** A volume that another container writes to can hold a link to /proc, which must not be covered (CVE-2019-19921). */
function refuseProc(program: SpawnProgram, targetFd: Cell, target: string): void {
  const isProc = new Label("is proc"), isOther = new Label("is no proc");
  const statfs = program.block("statfs", SIZEOF_STATFS);
  program.call("fstatfs", [targetFd, statfs], { what: `look at mount point ${target}` });
  program.subtract(statfs.cell(0), PROC_SUPER_MAGIC, { onZero: isProc });
  program.jump(isOther);
  program.mark(isProc);
  program.fail(program.cell("cause", -EPERM), `mount on ${target}, which leads into /proc`);
  program.mark(isOther);
}

/** Makes what is missing of a mount point. That it is there in the end is for openat2 to say. */
function planMountPoint(program: SpawnProgram, target: string, kind: "directory" | "file"): void {
  const parent = planDirectories(program, parentOf(target));
  const name = target.slice(target.lastIndexOf("/") + 1);
  const [what, onError] = [`make ${target}`, "continue"] as const;
  if (kind === "directory") program.call("mkdirat", [parent, name, 0o755], { what, onError });
  else {
    const flags = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;
    program.call("openat", [parent, name, flags, 0o644], { what, onError });
  }
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf("/"));

/**
 * mkdir -p; returns a descriptor of the directory. What exists is passed over, and so are errors, which whoever uses the
 * directory meets. Each directory is looked up inside the root before anything is made in it: this process still has
 * descriptors of the host's, and a link to /proc/self/fd must not lead to what they are.
 */
export function planDirectories(program: SpawnProgram, path: string): Argument {
  let directory: Argument = AT.FDCWD; // the root
  const names = path.split("/").filter(Boolean);
  names.forEach((name, i) => {
    const prefix = "/" + names.slice(0, i + 1).join("/");
    program.call("mkdirat", [directory, name, 0o755], {
      what: `make ${prefix}`,
      onError: "continue",
    });
    directory = program.call(
      "openat2",
      [AT.FDCWD, prefix, [O.PATH | O.DIRECTORY | O.CLOEXEC, 0, IN_ROOT], SIZEOF_OPEN_HOW],
      { what: `open ${prefix}`, onError: "continue" },
    );
  });
  return directory;
}

/** A detached tmpfs: fsopen, fsconfig for each option, fsmount. */
function planTmpfs(
  program: SpawnProgram,
  { target, flags, data }: Extract<SandboxMount, { type: "tmpfs" }>,
): Argument {
  const what = `make a tmpfs for ${target}`;
  const context = program.call("fsopen", ["tmpfs", 1], { what });
  for (const option of ["source=tmpfs", ...data.split(",").filter(Boolean)]) {
    const [key, value] = splitOption(option);
    const command = value === undefined ? FSCONFIG.SET_FLAG : FSCONFIG.SET_STRING;
    program.call("fsconfig", [context, command, key, value ?? 0, 0], {
      what: `${what}: option ${option}`,
    });
  }
  program.call("fsconfig", [context, FSCONFIG.CMD_CREATE, 0, 0, 0], { what });
  return program.call("fsmount", [context, 1, attributesOf(flags)], { what });
}

function splitOption(option: string): [string, string | undefined] {
  const equals = option.indexOf("=");
  return equals < 0 ? [option, undefined] : [option.slice(0, equals), option.slice(equals + 1)];
}

/** MS_* in the words of fsmount(2). */
function attributesOf(flags: number): number {
  return (flags & MS.RDONLY ? MOUNT_ATTR.RDONLY : 0) | (flags & MS.NOSUID ? MOUNT_ATTR.NOSUID : 0) |
    (flags & MS.NODEV ? MOUNT_ATTR.NODEV : 0) | (flags & MS.NOEXEC ? MOUNT_ATTR.NOEXEC : 0);
}

/**
 * Hides and protects parts of /proc and /sys. Both are fresh mounts of the kernel's, so plain paths are safe, and so is
 * /dev/null, which this process has just made itself (CVE-2025-31133).
 */
export function planHiding(
  program: SpawnProgram,
  { readonlyPaths, maskedPaths }: SandboxSpec,
  present: ReadonlyMap<string, "file" | "directory">,
): void {
  for (const path of readonlyPaths.filter((each) => present.has(each))) {
    const what = `make ${path} read-only`;
    const flags = MS.REMOUNT | MS.BIND | MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC;
    program.call("mount", [path, path, 0, MS.BIND | MS.REC, 0], { what });
    program.call("mount", ["", path, 0, flags, 0], { what });
  }
  for (const path of maskedPaths.filter((each) => present.has(each))) {
    const call: Argument[] = present.get(path) === "directory"
      ? ["tmpfs", path, "tmpfs", MS.RDONLY, 0]
      : ["/dev/null", path, 0, MS.BIND, 0];
    program.call("mount", call, { what: `mask ${path}` });
  }
}

/** --read-only: the root itself, not what is mounted below it. */
export function planReadonlyRoot(program: SpawnProgram): void {
  program.call("mount", ["", "/", 0, MS.REMOUNT | MS.BIND | MS.RDONLY, 0], {
    what: "make the root file system read-only",
  });
}
