/** Forwarding entries of bridges: behind which port a hardware address is. struct ndmsg, bridge(8). */

import { encodeAttributes } from "../attributes.ts";
import { NLM_F } from "../message.ts";
import type { Request } from "../socket.ts";
import { AF, NDA_LLADDR, NTF_MASTER, NUD_NOARP, RTM } from "./constants.ts";

const HEADER = 12;

/** Teaches a bridge that an address is behind one of its ports, for as long as the port is there: not even a packet from elsewhere changes that. */
export function replaceForwarding(port: number, address: Uint8Array): Request {
  const attributes = encodeAttributes([[NDA_LLADDR, address]]);
  const body = new Uint8Array(HEADER + attributes.length), view = new DataView(body.buffer);
  view.setUint8(0, AF.BRIDGE);
  view.setInt32(4, port, true);
  view.setUint16(8, NUD_NOARP, true);
  view.setUint8(10, NTF_MASTER);
  body.set(attributes, HEADER);
  const flags = NLM_F.CREATE | NLM_F.REPLACE;
  return { message: { type: RTM.NEWNEIGH, flags, body }, what: "teach the bridge an address" };
}
