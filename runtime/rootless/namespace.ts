/**
 * The one user namespace that an ordinary user's box processes and containers are in, so that they can reach each other. A small
 * process holds it. In the run directory there are
 *
 *     users    the lock that all have shared who are in the namespace; the holder waits for it, and ends
 *     holder   the lock that the holder has as long as it lives, and its pid
 *
 * and the directory's own lock is held by whoever looks for the holder or makes one. A holder that was killed gets a successor in
 * the same namespace, as long as anybody is in it.
 */

import { AT, O } from "../../ffi/constants.ts";
import {
  close,
  lock,
  makePipe,
  openAt,
  readSmallFile,
  setSizeOfFd,
  tryLock,
  withFd,
  writeAll,
} from "../../ffi/file.ts";
import { holdNamespaces } from "../../ffi/spawn/user_namespace.ts";
import { CorruptStoreError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { type Namespaces, openNamespacesOfSurvivor } from "./survivors.ts";
import { type Notice, type Person, writeMaps } from "./write_maps.ts";

/** Descriptors, close-on-exec. */
export interface UserNamespace {
  /** As long as it is open, here or in another process, the namespace is kept. */
  readonly users: number;
  readonly user: number;
  readonly mount: number;
}

/** Opens the namespace, and makes it if there is none. Throws SystemError if this host lets nobody have one. */
export async function openUserNamespace(
  directory: string,
  person: Person,
  notice: Notice,
): Promise<UserNamespace> {
  const users = openLockFile(directory, "users");
  lock(users, "shared"); // before it is looked for: a holder that is about to go is gone then
  using _ = DirectoryLock.take(directory, "exclusive");
  const file = openLockFile(directory, "holder");
  try {
    const pid = tryLock(file)
      ? await makeHolder(directory, { file, existing: existingNamespaces(users) }, person, notice)
      : readPid(file);
    const open = (name: string) => openAt(AT.FDCWD, `/proc/${pid}/ns/${name}`, O.RDONLY);
    return { users, user: open("user"), mount: open("mnt") };
  } finally {
    close(file);
  }
}

/** The pid of the holder, which lives as long as this process is in the namespace. */
export function holderOf(directory: string): number {
  return withFd(openLockFile(directory, "holder"), readPid);
}

function openLockFile(directory: string, name: string): number {
  return openAt(AT.FDCWD, `${directory}/${name}`, O.RDWR | O.CREAT | O.NOFOLLOW, 0o600);
}

/**
 * Starts a holder, of new namespaces or of those that there are, and returns its pid. It inherits the lock on `file`, and ends if
 * this process does before it is complete.
 */
async function makeHolder(
  directory: string,
  { file, existing }: { file: number; existing: Namespaces | undefined },
  person: Person,
  notice: Notice,
): Promise<number> {
  const users = openLockFile(directory, "users"), [ready, go] = makePipe();
  try {
    const holder = holdNamespaces({ ready, users, held: [file] }, existing);
    if (existing === undefined) await writeMaps(holder.pid, person, notice);
    setSizeOfFd(file, 0);
    writeAll(file, new TextEncoder().encode(`${holder.pid}\n`));
    writeAll(go, new Uint8Array([1]));
    holder.close();
    return holder.pid;
  } finally {
    [users, ready, go, ...existing ? [existing.user, existing.mount] : []].forEach(close);
  }
}

/** What a holder that was killed has left to those who have the lock, which this process has shared. */
function existingNamespaces(users: number): Namespaces | undefined {
  const isAlone = tryLock(users);
  lock(users, "shared"); // a refused lock is lost as well: flock(2)
  return isAlone ? undefined : openNamespacesOfSurvivor(users);
}

function readPid(file: number): number {
  const text = new TextDecoder().decode(readSmallFile(file, 32));
  if (!/^[1-9][0-9]*\n$/.test(text)) throw new CorruptStoreError("the holder's pid is missing");
  return Number(text);
}
