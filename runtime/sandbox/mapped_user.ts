/** Users of a container where not all of them are to be had. */

import { isMappedHere } from "../../ffi/idmap.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { User } from "./user.ts";

/**
 * The user without the groups of the image that this user namespace does not have. Throws InvalidError for a user or group that was
 * asked for: the last `added` groups, too.
 */
export function possibleUser(user: User, added: number): User {
  const { uid, gid, groups } = user, isGroup = (id: number) => isMappedHere("gid", id);
  const wanted = [gid, ...added > 0 ? groups.slice(-added) : []].find((id) => !isGroup(id));
  if (!isMappedHere("uid", uid)) throw missing("user", uid);
  if (wanted !== undefined) throw missing("group", wanted);
  return { ...user, groups: groups.filter(isGroup) };
}

function missing(kind: "user" | "group", id: number): InvalidError {
  return new InvalidError(
    `there is no ${kind} ${id} in your user namespace: it takes a range in /etc/subuid and /etc/subgid, ` +
      "and the programs newuidmap and newgidmap (Debian's package uidmap)",
  );
}
