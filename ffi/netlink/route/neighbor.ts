/** Neighbours: who was found behind which hardware address. struct ndmsg, rtnetlink(7). */

import { decodeAttributes, encodeAttributes } from "../attributes.ts";
import type { NetlinkSocket, Request } from "../socket.ts";
import { familyOf, show } from "./address.ts";
import { NDA_DST, RTM } from "./constants.ts";

const HEADER = 12;

/** Forgets what is known of an address behind an interface; ENOENT if that is nothing. */
export function deleteNeighbor(index: number, address: Uint8Array): Request {
  const attributes = encodeAttributes([[NDA_DST, address]]);
  const body = new Uint8Array(HEADER + attributes.length), view = new DataView(body.buffer);
  view.setUint8(0, familyOf(address));
  view.setInt32(4, index, true);
  body.set(attributes, HEADER);
  return {
    message: { type: RTM.DELNEIGH, flags: 0, body },
    what: `forget neighbour ${show(address)}`,
  };
}

/** The addresses that are known behind an interface. */
export function listNeighbors(socket: NetlinkSocket, index: number): Uint8Array[] {
  const message = { type: RTM.GETNEIGH, flags: 0, body: new Uint8Array(HEADER) };
  return socket.dump({ message, what: "list neighbours" }).flatMap(({ body }) => {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    const address = decodeAttributes(body.subarray(HEADER)).get(NDA_DST);
    return view.getInt32(4, true) === index && address ? [address] : [];
  });
}
