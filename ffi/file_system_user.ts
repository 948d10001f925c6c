/** Being another user for the file systems only: setfsuid(2), capabilities(7). */

import { check } from "./errno.ts";
import { kernel } from "./kernel.ts";

/** struct __user_cap_header_struct: _LINUX_CAPABILITY_VERSION_3, and pid 0 for the calling thread. */
const CALLING_THREAD = () => new Uint8Array(Uint32Array.of(0x20080522, 0).buffer);
/** Two of struct __user_cap_data_struct. */
const SIZEOF_DATA = 24;

/**
 * Makes what this thread creates belong to a user and a group, without taking away what it may do, until the result is disposed
 * of: where its own ids have no place, as on a mount with mapped ids. Needs CAP_SETUID and CAP_SETGID; other threads, and with
 * them asynchronous file operations, remain who they are.
 */
export function becomeFileSystemUser(uid: number, gid: number): Disposable {
  const header = CALLING_THREAD(), rights = new Uint8Array(SIZEOF_DATA);
  check(kernel.capget(header, rights), "capget");
  // They return the id that was, and tell no errors.
  const ownGid = kernel.setfsgid(gid), ownUid = kernel.setfsuid(uid);
  const leave = () => {
    kernel.setfsuid(ownUid);
    kernel.setfsgid(ownGid);
  };
  // The change has taken the rights over others' files away.
  const result = kernel.capset(header, rights);
  if (result < 0) leave();
  check(result, "capset");
  return { [Symbol.dispose]: leave };
}
