/** Who a container's process is: `USER[:GROUP]`, by name or number, as the image's /etc/passwd and /etc/group know them. */

import { InvalidError } from "../../storage/errors.ts";

export interface User {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; the primary group is one of them, so that it cannot be dropped (CVE-2022-36109). */
  readonly groups: readonly number[];
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const LARGEST_ID = 0x7fffffff;

/**
 * Finds a user as runc does: a number that passwd does not know is taken as it is, an unknown name is an error.
 * `passwd` and `group` are the files' texts; missing files are empty ones. `additional` are groups that he is in besides.
 */
export function resolveUser(
  spec: string,
  passwd: string,
  group: string,
  additional: readonly string[] = [],
): User {
  const [userWord, groupWord] = splitSpec(spec);
  const entry = findUser(userWord, parsePasswd(passwd));
  const uid = entry?.uid ?? numberOf(userWord) ?? 0;
  const groups = parseGroup(group);
  const gid = groupWord === "" ? entry?.gid ?? 0 : findGroup(groupWord, groups);
  const supplementary = groupWord === "" && entry
    ? groups.filter(({ members }) => members.includes(entry.name)).map((found) => found.gid)
    : [];
  const added = additional.map((word) => findAdditionalGroup(word, groups));
  return {
    uid,
    gid,
    groups: [...new Set([gid, ...supplementary, ...added])],
    home: entry?.home || "/",
  };
}

function splitSpec(spec: string): [string, string] {
  const colon = spec.indexOf(":");
  return colon < 0 ? [spec, ""] : [spec.slice(0, colon), spec.slice(colon + 1)];
}

function findUser(word: string, entries: readonly PasswdEntry[]): PasswdEntry | undefined {
  const number = word === "" ? 0 : numberOf(word);
  const entry = entries.find(({ name, uid }) => (word !== "" && name === word) || uid === number);
  if (entry === undefined && number === undefined) {
    throw new InvalidError(`unable to find user ${word}: no matching entries in passwd file`);
  }
  return entry;
}

function findGroup(word: string, entries: readonly GroupEntry[]): number {
  const number = numberOf(word);
  const entry = entries.find(({ name, gid }) => name === word || gid === number);
  if (entry) return entry.gid;
  if (number !== undefined) return number;
  throw new InvalidError(`unable to find group ${word}: no matching entries in group file`);
}

function findAdditionalGroup(word: string, entries: readonly GroupEntry[]): number {
  const number = numberOf(word);
  const gid = entries.find(({ name, gid }) => name === word || gid === number)?.gid ?? number;
  if (gid !== undefined) return gid;
  throw new InvalidError(`Unable to find group ${word}: no matching entries in group file`);
}

/** A decimal number, or undefined for a name. A number that is no id at all is an error. */
function numberOf(word: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(word)) return undefined;
  const number = Number(word);
  if (number < 0 || number > LARGEST_ID) {
    throw new InvalidError(`uids and gids must be in range 0-${LARGEST_ID}`);
  }
  return number;
}

export function parsePasswd(text: string): PasswdEntry[] {
  return fieldsOf(text).filter(([, , , gid]) => isId(gid)).map(([name, , uid, gid, , home]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    home: home ?? "",
  }));
}

export function parseGroup(text: string): GroupEntry[] {
  return fieldsOf(text).map(([name, , gid, members]) => ({
    name,
    gid: Number(gid),
    members: members ? members.split(",") : [],
  }));
}

/** Lines with at least a name, a password and a valid number; what the image has besides is not for us to judge. */
function fieldsOf(text: string): string[][] {
  return text.split("\n").map((line) => line.trim().split(":"))
    .filter(([name, , id]) => name !== "" && isId(id));
}

const isId = (text: string | undefined) =>
  text !== undefined && /^[0-9]+$/.test(text) && Number(text) <= LARGEST_ID;
