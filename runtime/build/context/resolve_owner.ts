/** --chown of COPY and ADD: who USER[:GROUP] is in an image. */

import type { DirectoryFd } from "../../../ffi/file.ts";
import { InvalidError } from "../../../storage/errors.ts";
import type { Owner } from "../../../storage/layer/attributes.ts";
import { readUserDatabase } from "../../sandbox/rootfs.ts";
import { parseGroup, parsePasswd } from "../../sandbox/user.ts";

const LARGEST_ID = 0xfffffffe;

/**
 * Names are looked up in the image's /etc/passwd and /etc/group, numbers are taken as they are. Without a group it is the user's
 * own, or the same number. Throws InvalidError for a name that the image does not have.
 */
export function resolveOwner(text: string, image: DirectoryFd | undefined): Owner {
  const colon = text.indexOf(":");
  const user = colon < 0 ? text : text.slice(0, colon);
  const group = colon < 0 ? "" : text.slice(colon + 1);
  if (user === "" || group.includes(":")) {
    throw new InvalidError(`invalid chown string format: ${JSON.stringify(text)}`);
  }
  const found = numberOf(user, "user") ?? findUser(user, image);
  if (group === "") return found;
  return { uid: found.uid, gid: numberOf(group, "group")?.gid ?? findGroup(group, image) };
}

function numberOf(word: string, what: string): Owner | undefined {
  if (!/^[0-9]+$/.test(word)) return undefined;
  const id = Number(word);
  if (id > LARGEST_ID) throw failed(`${what} id ${word} is out of range`);
  return { uid: id, gid: id };
}

function findUser(name: string, image: DirectoryFd | undefined): Owner {
  const user = parsePasswd(read(image, "/etc/passwd")).find((entry) => entry.name === name);
  if (user === undefined) throw failed(`can't find uid for user ${name}: no such user: ${name}`);
  return { uid: user.uid, gid: Number.isNaN(user.gid) ? user.uid : user.gid };
}

function findGroup(name: string, image: DirectoryFd | undefined): number {
  const group = parseGroup(read(image, "/etc/group")).find((entry) => entry.name === name);
  if (group === undefined) throw failed(`can't find gid for group ${name}: no such group: ${name}`);
  return group.gid;
}

function read(image: DirectoryFd | undefined, path: string): string {
  return image === undefined ? "" : readUserDatabase(image, path);
}

function failed(why: string): InvalidError {
  return new InvalidError(`unable to convert uid/gid chown string to host mapping: ${why}`);
}
