/** Ids that an ordinary user may give to users of his namespace: subuid(5), subgid(5). */

export interface IdRange {
  readonly start: number;
  readonly count: number;
}

/** The ranges of a user in the text of /etc/subuid or /etc/subgid; lines that say something else are passed over. */
export function subordinateIds(text: string, user: { uid: number; name?: string }): IdRange[] {
  return text.split("\n").map((line) => line.trim().split(":"))
    .filter(([owner, ...rest]) =>
      (owner === String(user.uid) || (user.name !== undefined && owner === user.name)) &&
      rest.length === 2 && rest.every((number) => /^[0-9]+$/.test(number))
    )
    .map(([, start, count]) => ({ start: Number(start), count: Number(count) }))
    .filter(({ count }) => count > 0);
}

/** One line of uid_map: so many ids from `inside` on are those from `outside` on. */
export interface IdMapping {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** 0 is the user himself, and from 1 on come his ranges, one after another. */
export function mapIds(own: number, ranges: readonly IdRange[]): IdMapping[] {
  const mappings = [{ inside: 0, outside: own, count: 1 }];
  let inside = 1;
  for (const { start, count } of ranges) {
    mappings.push({ inside, outside: start, count });
    inside += count;
  }
  return mappings;
}
