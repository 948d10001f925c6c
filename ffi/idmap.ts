/** Ids of users and groups in a user namespace and outside of it: user_namespaces(7). */

/** A range of ids, with the names of the OCI's runtime specification. */
export interface IdMapping {
  /** The first id inside. */
  readonly containerID: number;
  /** The first id outside. */
  readonly hostID: number;
  readonly size: number;
}

export interface IdMappings {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}

/** What the kernel shows for an id that is not mapped: /proc/sys/kernel/overflowuid. */
export const OVERFLOW_ID = 65534;

/** The id outside; undefined for one that is not mapped. */
export function toHostId(mappings: readonly IdMapping[], id: number): number | undefined {
  const range = mappings.find(({ containerID, size }) =>
    id >= containerID && id < containerID + size
  );
  return range && range.hostID + (id - range.containerID);
}

/** The id inside; undefined for one that is not mapped. */
export function toContainerId(mappings: readonly IdMapping[], id: number): number | undefined {
  const range = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return range && range.containerID + (id - range.hostID);
}

/** The text of /proc/PID/uid_map or gid_map. */
export function formatIdMap(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`)
    .join("");
}

let own: IdMappings | undefined;

function mappingsHere(kind: "uid" | "gid"): readonly IdMapping[] {
  own ??= { uidMappings: readIdMap("uid"), gidMappings: readIdMap("gid") };
  return kind === "uid" ? own.uidMappings : own.gidMappings;
}

/** Whether this process's user namespace knows a user or group of this number. */
export function isMappedHere(kind: "uid" | "gid", id: number): boolean {
  return toHostId(mappingsHere(kind), id) !== undefined;
}

/** The largest number of a user or group that this process's user namespace knows. */
export function largestIdHere(kind: "uid" | "gid"): number {
  return Math.max(...mappingsHere(kind).map(({ containerID, size }) => containerID + size - 1));
}

function readIdMap(kind: "uid" | "gid"): IdMapping[] {
  const lines = Deno.readTextFileSync(`/proc/self/${kind}_map`).split("\n").filter(Boolean);
  return lines.map((line) => line.trim().split(/ +/).map(Number))
    .map(([containerID, hostID, size]) => ({ containerID, hostID, size }));
}
