/** An ordinary user's box goes on as root of a user namespace of his own. */

import { AT, F_SETFD, O } from "../../ffi/constants.ts";
import { decodeName } from "../../ffi/cstring.ts";
import { check, SystemError } from "../../ffi/errno.ts";
import { openAt, readLink, readSmallFile, withFd } from "../../ffi/file.ts";
import { kernel } from "../../ffi/kernel.ts";
import { hiddenProcRefusal } from "../../ffi/privilege.ts";
import { type Continuation, goOnInside } from "../../ffi/spawn/user_namespace.ts";
import { openUserNamespace } from "./namespace.ts";
import { ensureRunDirectory } from "./run_directory.ts";
import { describeEntered, ENTERED } from "../../ffi/entered.ts";
import type { Notice } from "./write_maps.ts";

/**
 * Starts this program again, in this very process, inside the user's namespace. Returns why that is impossible; what else can go
 * wrong is thrown.
 */
export async function enterUserNamespace(notice: Notice): Promise<SystemError> {
  try {
    const prepared = await prepareToEnter(notice);
    return prepared instanceof SystemError ? prepared : goOnInside(prepared);
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}

/** All of that but for the last step, which is told. */
export async function prepareToEnter(notice: Notice): Promise<Continuation | SystemError> {
  // Root is kept by a chroot where he is; others have to be root of something for that.
  const hidden = Deno.uid() === 0 ? hiddenProcRefusal() : undefined;
  if (hidden !== undefined) return hidden;
  const person = { uid: Deno.uid()!, gid: Deno.gid()! };
  const runDirectory = ensureRunDirectory(person.uid, Deno.env.get("XDG_RUNTIME_DIR"));
  const { users, user, mount } = await openUserNamespace(runDirectory, person, notice);
  check(kernel.fcntl(users, F_SETFD, 0), "keep the namespace");
  const env = strings("environ").filter((variable) => !variable.startsWith(`${ENTERED}=`));
  return {
    user,
    mount,
    workingDirectory: readLink(AT.FDCWD, "/proc/self/cwd"),
    path: readLink(AT.FDCWD, "/proc/self/exe"),
    argv: strings("cmdline"),
    env: [...env, `${ENTERED}=${describeEntered({ uid: person.uid, users, runDirectory })}`],
  };
}

/** What the kernel keeps of how this program was started, byte for byte: proc_pid_cmdline(5), proc_pid_environ(5). */
function strings(name: "cmdline" | "environ"): string[] {
  const bytes = withFd(
    openAt(AT.FDCWD, `/proc/self/${name}`, O.RDONLY),
    (fd) => readSmallFile(fd, 16 << 20),
  );
  return bytes.length === 0 ? [] : decodeName(bytes.subarray(0, bytes.length - 1)).split("\0");
}
