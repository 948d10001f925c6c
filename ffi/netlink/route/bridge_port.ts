/** An interface as a port of a bridge: include/uapi/linux/if_link.h. */

import { encodeAttributes, u8 } from "../attributes.ts";
import type { Request } from "../socket.ts";
import { AF, RTM } from "./constants.ts";

const IFLA_PROTINFO = 12;
/** Options that a port has or has not. */
export const BRIDGE_PORT = {
  /** The bridge may send back through it what has come through it: for one who talks to himself by another's address. */
  HAIRPIN: 4,
  /** Nothing passes between it and others that are isolated: only between it and the host. */
  ISOLATED: 33,
} as const;
const HEADER = 16;

/** Gives a port an option. */
export function setBridgePort(index: number, option: number): Request {
  const attributes = encodeAttributes([[IFLA_PROTINFO, [[option, u8(1)]]]]);
  const body = new Uint8Array(HEADER + attributes.length), view = new DataView(body.buffer);
  view.setUint8(0, AF.BRIDGE);
  view.setInt32(4, index, true);
  body.set(attributes, HEADER);
  const message = { type: RTM.SETLINK, flags: 0, body };
  return { message, what: `set option ${option} of bridge port ${index}` };
}
