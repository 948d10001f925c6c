/** Giving a new user namespace its ids: user_namespaces(7), newuidmap(1). */

import { EngineError } from "../../storage/errors.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { type IdMapping, type IdRange, mapIds, subordinateIds } from "./subordinate_ids.ts";

export interface Person {
  readonly uid: number;
  readonly gid: number;
}

/** Tells what the user should know of the namespace, in one line. */
export type Notice = (line: string) => void;

/**
 * Maps the user to root, and his subordinate ids to the users behind that, where he has such and newuidmap and newgidmap are
 * there to do what he may not do himself. Otherwise root is all there is.
 */
export async function writeMaps(pid: number, person: Person, notice: Notice): Promise<void> {
  const ranges = rangesOf(person);
  if (ranges !== undefined) {
    const problem = await runHelper("newuidmap", pid, mapIds(person.uid, ranges.uids)) ??
      await runHelper("newgidmap", pid, mapIds(person.gid, ranges.gids));
    if (problem === undefined) return;
    notice(`box: only one user is to be had in containers: ${problem}`);
    // The first of them may have done its work: what can be written once is written.
    if (readTextIfExists(`/proc/${pid}/uid_map`)) {
      throw new EngineError(`cannot map groups as well as users: ${problem}`);
    }
  }
  Deno.writeTextFileSync(`/proc/${pid}/setgroups`, "deny");
  Deno.writeTextFileSync(
    `/proc/${pid}/uid_map`,
    line({ inside: 0, outside: person.uid, count: 1 }),
  );
  Deno.writeTextFileSync(
    `/proc/${pid}/gid_map`,
    line({ inside: 0, outside: person.gid, count: 1 }),
  );
}

function rangesOf({ uid }: Person): { uids: IdRange[]; gids: IdRange[] } | undefined {
  const subuid = readTextIfExists("/etc/subuid"), subgid = readTextIfExists("/etc/subgid");
  if (!subuid || !subgid) return undefined;
  const owner = { uid, name: nameOf(uid) };
  const uids = subordinateIds(subuid, owner), gids = subordinateIds(subgid, owner);
  return uids.length > 0 && gids.length > 0 ? { uids, gids } : undefined;
}

function nameOf(uid: number): string | undefined {
  const lines = (readTextIfExists("/etc/passwd") ?? "").split("\n").map((line) => line.split(":"));
  return lines.find(([, , id]) => id === String(uid))?.[0];
}

/** Why it could not be done; undefined if it was. */
async function runHelper(
  name: "newuidmap" | "newgidmap",
  pid: number,
  mappings: readonly IdMapping[],
): Promise<string | undefined> {
  const numbers = mappings.flatMap(({ inside, outside, count }) => [inside, outside, count]);
  try {
    const { success, stderr } = await new Deno.Command(name, {
      args: [pid, ...numbers].map(String),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || `${name} failed`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${name} is not installed`;
    throw error;
  }
}

function line({ inside, outside, count }: IdMapping): string {
  return `${inside} ${outside} ${count}\n`;
}
