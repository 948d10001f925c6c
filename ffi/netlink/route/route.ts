/** Routes: struct rtmsg and its attributes, rtnetlink(7). */

import { type Attribute, decodeAttributes, encodeAttributes, readU32, u32 } from "../attributes.ts";
import { NLM_F, type ReceivedMessage } from "../message.ts";
import type { NetlinkSocket, Request } from "../socket.ts";
import { familyOf, type Prefix, show } from "./address.ts";
import { RT_SCOPE, RT_TABLE_MAIN, RTA, RTM, RTN_UNICAST, RTPROT_BOOT } from "./constants.ts";

const HEADER = 12;

/** Where packets go. */
export interface Route {
  /** Everything, if there is none. */
  readonly destination?: Prefix;
  /** None: whoever is meant is reached directly. */
  readonly gateway?: Uint8Array;
  /** Index of the interface. */
  readonly index: number;
}

export function addRoute(
  route: Route & ({ gateway: Uint8Array } | { destination: Prefix }),
): Request {
  const flags = NLM_F.CREATE | NLM_F.EXCL;
  return {
    message: { type: RTM.NEWROUTE, flags, body: routeBody(route) },
    what: `add ${name(route)}`,
  };
}

export function deleteRoute(
  route: Route & ({ gateway: Uint8Array } | { destination: Prefix }),
): Request {
  return {
    message: { type: RTM.DELROUTE, flags: 0, body: routeBody(route) },
    what: `delete ${name(route)}`,
  };
}

/** A default route of a family whose packets need no gateway, because whoever is meant is on the link. */
export function addDefaultLinkRoute(index: number, family: 4 | 6): Request {
  const address = new Uint8Array(family === 4 ? 4 : 16);
  return addRoute({ index, destination: { address, length: 0 } });
}

/** The routes of the main table, of both families. */
export function listRoutes(socket: NetlinkSocket): Route[] {
  const message = { type: RTM.GETROUTE, flags: 0, body: new Uint8Array(HEADER) };
  return socket.dump({ message, what: "list routes" }).flatMap(decodeRoute);
}

export function decodeRoute({ body }: Pick<ReceivedMessage, "body">): Route[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const attributes = decodeAttributes(body.subarray(HEADER));
  const table = attributes.get(RTA.TABLE), oif = attributes.get(RTA.OIF);
  if ((table ? readU32(table) : view.getUint8(4)) !== RT_TABLE_MAIN) return [];
  const address = attributes.get(RTA.DST), length = view.getUint8(1);
  return [{
    ...(address && { destination: { address, length } }),
    gateway: attributes.get(RTA.GATEWAY),
    index: oif ? readU32(oif) : 0,
  }];
}

/** struct rtmsg: family, destination's and source's prefix lengths, tos, table, protocol, scope, type, flags. */
function routeBody({ destination, gateway, index }: Route): Uint8Array<ArrayBuffer> {
  const attributes: Attribute[] = [[RTA.OIF, u32(index)]];
  if (destination && destination.length > 0) attributes.push([RTA.DST, destination.address]);
  if (gateway) attributes.push([RTA.GATEWAY, gateway]);
  const encoded = encodeAttributes(attributes);
  const body = new Uint8Array(HEADER + encoded.length), view = new DataView(body.buffer);
  view.setUint8(0, familyOf(gateway ?? destination!.address));
  view.setUint8(1, destination?.length ?? 0);
  view.setUint8(4, RT_TABLE_MAIN);
  view.setUint8(5, RTPROT_BOOT);
  view.setUint8(6, gateway ? RT_SCOPE.UNIVERSE : RT_SCOPE.LINK);
  view.setUint8(7, RTN_UNICAST);
  body.set(encoded, HEADER);
  return body;
}

function name({ destination, gateway }: Route): string {
  const to = destination
    ? `route to ${show(destination.address)}/${destination.length}`
    : "default route";
  return gateway ? `${to} via ${show(gateway)}` : to;
}
