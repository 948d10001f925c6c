/** The order in which docker lists what it has. */

/** Sorts things by the time they were made (RFC 3339), the youngest first; what has no readable time comes last. */
export function youngestFirst<Thing>(
  things: readonly Thing[],
  createdOf: (thing: Thing) => string,
): Thing[] {
  // Each time is made comparable once, not in every comparison.
  return things.map((thing) => ({ thing, key: sortKey(createdOf(thing)) }))
    .sort((a, b) => a.key < b.key ? 1 : a.key > b.key ? -1 : 0)
    .map(({ thing }) => thing);
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/;

/** A text that orders as the time does: in UTC, and with all nine digits of the fraction. */
function sortKey(time: string): string {
  const [, whole, fraction = "", zone] = rfc3339.exec(time) ?? [];
  if (whole === undefined) return "";
  const utc = zone === "Z" ? whole : new Date(whole + zone).toISOString().slice(0, whole.length);
  return `${utc}.${fraction.padEnd(9, "0")}`;
}
