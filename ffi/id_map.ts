/** Which users and groups there are in this process's user namespace: user_namespaces(7). */

interface Range {
  readonly first: number;
  readonly count: number;
}

const maps = new Map<string, readonly Range[]>();

/** Whether this namespace knows a user or group of this number. */
export function isMapped(kind: "uid" | "gid", id: number): boolean {
  let ranges = maps.get(kind);
  if (ranges === undefined) maps.set(kind, ranges = readMap(`/proc/self/${kind}_map`));
  return ranges.some(({ first, count }) => id >= first && id < first + count);
}

function readMap(path: string): Range[] {
  const lines = Deno.readTextFileSync(path).split("\n").filter(Boolean);
  return lines.map((line) => line.trim().split(/ +/))
    .map(([first, , count]) => ({ first: Number(first), count: Number(count) }));
}
