/** An interface as a port of a bridge: include/uapi/linux/if_link.h. */

import { encodeAttributes, u8 } from "../attributes.ts";
import type { Request } from "../socket.ts";
import { AF, RTM } from "./constants.ts";

const IFLA_PROTINFO = 12, IFLA_BRPORT_MODE = 4;
const HEADER = 16;

/** Lets the bridge send back through a port what has come through it: for one who talks to himself by another's address. */
export function setHairpin(index: number): Request {
  const attributes = encodeAttributes([[IFLA_PROTINFO, [[IFLA_BRPORT_MODE, u8(1)]]]]);
  const body = new Uint8Array(HEADER + attributes.length), view = new DataView(body.buffer);
  view.setUint8(0, AF.BRIDGE);
  view.setInt32(4, index, true);
  body.set(attributes, HEADER);
  const message = { type: RTM.SETLINK, flags: 0, body };
  return { message, what: `set hairpin mode of interface ${index}` };
}
