/** What a question of a container is answered. */

import { encodeAddress } from "../../../ffi/ip_address.ts";
import type { Directory } from "./directory.ts";
import {
  addressOfPointer,
  type Answer,
  CLASS_IN,
  decodeQuery,
  encodeName,
  encodeResponse,
  FormatError,
  type Query,
  RCODE,
  truncate,
  TYPE,
} from "./message.ts";
import type { Transport } from "./upstream.ts";

/** Seconds: docker's. */
const TTL = 600;
/** Bytes of a datagram for one who has not said that he takes more. */
const LARGEST_DATAGRAM = 512;

type Names = Pick<Directory, "findName" | "findAddress">;

/** Asks others; undefined if nobody answers. */
export type Forward = (
  query: Uint8Array<ArrayBuffer>,
  transport: Transport,
) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** The answer; undefined to what is no query. */
export async function respond(
  bytes: Uint8Array<ArrayBuffer>,
  transport: Transport,
  directory: Names,
  forward: Forward,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const query = readQuery(bytes);
  if (query === undefined) return undefined;
  if (!query.isStandard) return encodeResponse(query, RCODE.NOTIMP);
  const answers = answersOf(query, directory);
  if (answers === undefined) {
    return await forward(bytes, transport) ?? encodeResponse(query, RCODE.SERVFAIL);
  }
  const response = encodeResponse(query, RCODE.NOERROR, answers);
  return transport === "tcp" || response.length <= LARGEST_DATAGRAM
    ? response
    : truncate(response, query.questionBytes.length);
}

function readQuery(bytes: Uint8Array): Query | undefined {
  try {
    return decodeQuery(bytes);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Undefined for what is not known here. A name that is known has no addresses of a kind that it lacks. */
function answersOf({ question }: Query, directory: Names): Answer[] | undefined {
  const { name, type } = question;
  if (question.class !== CLASS_IN) return undefined;
  if (type === TYPE.PTR) {
    const address = addressOfPointer(name);
    const found = address === undefined ? undefined : directory.findAddress(address);
    return found === undefined ? undefined : [{ type, ttl: TTL, data: encodeName(found) }];
  }
  if (type !== TYPE.A && type !== TYPE.AAAA) return undefined;
  const addresses = directory.findName(name).map(encodeAddress);
  if (addresses.length === 0) return undefined;
  const size = type === TYPE.A ? 4 : 16;
  return shuffled(addresses.filter(({ length }) => length === size))
    .map((data) => ({ type, ttl: TTL, data }));
}

/** Many who share a name share the work. */
function shuffled<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1));
    [items[i], items[other]] = [items[other], items[i]];
  }
  return items;
}
