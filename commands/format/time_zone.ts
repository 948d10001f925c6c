/**
 * The local time zone at a time, as Go knows it. The offset comes from Date, the abbreviation from
 * the zone file (TZif, RFC 8536): Intl knows only some of them and costs 10 ms at its first use.
 */

export interface TimeZone {
  /** Minutes east of UTC. */
  readonly minutes: number;
  /** The abbreviation, such as CET. */
  readonly name: string;
}

/** The zone in the place that the process's TZ and /etc/localtime name. */
export function timeZone(milliseconds: number): TimeZone {
  // `-0` is no offset that anybody wants to see.
  const minutes = -new Date(milliseconds).getTimezoneOffset() || 0;
  localZone ??= readZone(Deno.env.get("TZ"));
  return { minutes, name: abbreviation(localZone, milliseconds / 1000, minutes * 60) };
}

/** The offsets of a zone with their names, and when each of them began. */
interface Zone {
  /** In seconds since the epoch, in order. */
  readonly transitions: { seconds: number; type: number }[];
  readonly types: { offset: number; name: string }[];
}

const utc: Zone = { transitions: [], types: [{ offset: 0, name: "UTC" }] };

let localZone: Zone | undefined;

/** As Go: TZ unset means /etc/localtime, an empty or unknown one UTC. */
function readZone(variable: string | undefined): Zone {
  const name = variable?.replace(/^:/, "");
  if (name === "") return utc;
  let path = "/etc/localtime";
  if (name !== undefined) path = name.startsWith("/") ? name : `/usr/share/zoneinfo/${name}`;
  try {
    return parseZone(Deno.readFileSync(path));
  } catch {
    return utc;
  }
}

/**
 * The name that the zone gives to the offset, at the time or last before. After the last
 * transition of a file the zone goes on by a rule, whose names are those of the transitions.
 */
function abbreviation({ transitions, types }: Zone, seconds: number, offset: number): string {
  const current = transitions.findLast((transition) =>
    transition.seconds <= seconds && types[transition.type].offset === offset
  );
  const type = current === undefined
    ? types.find((candidate) => candidate.offset === offset)
    : types[current.type];
  return type?.name ?? "UTC";
}

const headerLength = 44;

/** Reads the 64-bit block, which follows the 32-bit one that old readers need. */
export function parseZone(bytes: Uint8Array): Zone {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = readCounts(view, 0);
  const header = headerLength + first.transitions * 5 + first.types * 6 + first.characters +
    first.leapSeconds * 8 + first.standard + first.universal;
  const counts = readCounts(view, header);

  const times = header + headerLength;
  const indexes = times + counts.transitions * 8;
  const types = indexes + counts.transitions;
  const names = types + counts.types * 6;
  return {
    transitions: Array.from({ length: counts.transitions }, (_, index) => ({
      seconds: Number(view.getBigInt64(times + index * 8)),
      type: view.getUint8(indexes + index),
    })),
    types: Array.from({ length: counts.types }, (_, index) => {
      const start = names + view.getUint8(types + index * 6 + 5);
      return {
        offset: view.getInt32(types + index * 6),
        name: new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start))),
      };
    }),
  };
}

function readCounts(view: DataView, header: number) {
  const count = (index: number) => view.getUint32(header + 20 + index * 4);
  return {
    universal: count(0),
    standard: count(1),
    leapSeconds: count(2),
    transitions: count(3),
    types: count(4),
    characters: count(5),
  };
}
