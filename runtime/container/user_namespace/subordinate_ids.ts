/** /etc/subuid and /etc/subgid: which ids of the host a user may give away. subuid(5) */

import type { IdMapping, IdMappings } from "../../../ffi/idmap.ts";
import { InvalidError } from "../../../storage/errors.ts";
import { readTextIfExists } from "../../../storage/files.ts";
import { parseGroup, parsePasswd } from "../../sandbox/user.ts";

/** Ids of the host that follow each other. */
export interface IdRange {
  readonly start: number;
  readonly size: number;
}

/** Where the files are. */
export interface HostFiles {
  read(path: string): string;
}

export const hostFiles: HostFiles = { read: (path) => readTextIfExists(path) ?? "" };

/** The kernel's largest id is no id. */
const ID_LIMIT = 2 ** 32 - 1;

/** The ranges of an owner, who is written as a name or as a number. */
export function parseRanges(text: string, owners: readonly string[]): IdRange[] {
  return text.split("\n").flatMap((line) => {
    const [owner, start, size] = line.trim().split(":");
    if (!owners.includes(owner) || !isNumber(start) || !isNumber(size)) return [];
    const range = { start: Number(start), size: Number(size) };
    return range.size > 0 && range.start + range.size <= ID_LIMIT ? [range] : [];
  });
}

const isNumber = (text: string | undefined) => text !== undefined && /^[0-9]{1,10}$/.test(text);

/**
 * Docker's userns-remap: `USER[:GROUP]`, names or numbers, or `default`, which stands for dockremap. All their ranges one after the
 * other, from id 0 on inside. Throws InvalidError in docker's words.
 */
export function remappedIds(setting: string, files: HostFiles = hostFiles): IdMappings {
  const [userWord, groupWord = userWord, ...rest] = setting === "default"
    ? ["dockremap"]
    : setting.split(":");
  if (userWord === "" || groupWord === "" || rest.length > 0) {
    throw new InvalidError(`invalid user/group specification in --userns-remap: ${setting}`);
  }
  const user = parsePasswd(files.read("/etc/passwd"))
    .find(({ name, uid }) => name === userWord || String(uid) === userWord);
  const group = parseGroup(files.read("/etc/group"))
    .find(({ name, gid }) => name === groupWord || String(gid) === groupWord);
  const owners = (word: string, found?: { name: string }) => found ? [word, found.name] : [word];
  return {
    uidMappings: rangesOf(files, "subuid", [...owners(userWord, user), ...numberOf(user?.uid)]),
    gidMappings: rangesOf(files, "subgid", [...owners(groupWord, group), ...numberOf(group?.gid)]),
  };
}

const numberOf = (id: number | undefined) => id === undefined ? [] : [String(id)];

function rangesOf(files: HostFiles, name: "subuid" | "subgid", owners: string[]): IdMapping[] {
  const ranges = parseRanges(files.read(`/etc/${name}`), owners);
  if (ranges.length === 0) {
    throw new InvalidError(
      `Can't create ID mappings: No ${name} ranges found for ` +
        `${name === "subuid" ? "user" : "group"} ${JSON.stringify(owners[0])} in /etc/${name}`,
    );
  }
  let containerID = 0;
  return ranges.map(({ start, size }) => {
    const mapping = { containerID, hostID: start, size };
    containerID += size;
    return mapping;
  });
}
