/** Addresses of interfaces: struct ifaddrmsg and its attributes, rtnetlink(7). */

import { type Attribute, decodeAttributes, encodeAttributes, u32 } from "../attributes.ts";
import { NLM_F, type ReceivedMessage } from "../message.ts";
import type { NetlinkSocket, Request } from "../socket.ts";
import { AF, IFA, IFA_F_NODAD, RTM } from "./constants.ts";

const HEADER = 8;

/** An address in a network: 4 or 16 bytes, and how many bits of them are the network's. */
export interface Prefix {
  readonly address: Uint8Array;
  readonly length: number;
}

export interface InterfaceAddress extends Prefix {
  /** Of the interface. */
  readonly index: number;
}

export const familyOf = (address: Uint8Array) => address.length === 4 ? AF.INET : AF.INET6;

/** An IPv6 address can be used at once: box gives each only once, so that nobody need be asked. */
export function addAddress(index: number, { address, length }: Prefix): Request {
  const flags = NLM_F.CREATE | NLM_F.EXCL;
  const body = addressBody(index, { address, length });
  return { message: { type: RTM.NEWADDR, flags, body }, what: `set ${show(address)}/${length}` };
}

export function deleteAddress(index: number, { address, length }: Prefix): Request {
  const body = addressBody(index, { address, length });
  return {
    message: { type: RTM.DELADDR, flags: 0, body },
    what: `remove ${show(address)}/${length}`,
  };
}

/** The addresses of all interfaces of the namespace. */
export function listAddresses(socket: NetlinkSocket): InterfaceAddress[] {
  const message = { type: RTM.GETADDR, flags: 0, body: new Uint8Array(HEADER) };
  return socket.dump({ message, what: "list addresses" }).flatMap(decodeAddress);
}

export function decodeAddress({ body }: Pick<ReceivedMessage, "body">): InterfaceAddress[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const attributes = decodeAttributes(body.subarray(HEADER));
  // Of a point-to-point interface ADDRESS is the other side's.
  const address = attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS);
  if (address === undefined) return [];
  return [{ address, length: view.getUint8(1), index: view.getUint32(4, true) }];
}

/** struct ifaddrmsg: family, prefixlen, flags, scope, index. */
function addressBody(index: number, { address, length }: Prefix): Uint8Array<ArrayBuffer> {
  const attributes: Attribute[] = [[IFA.LOCAL, address], [IFA.ADDRESS, address]];
  if (address.length === 4) attributes.push([IFA.BROADCAST, broadcast({ address, length })]);
  else attributes.push([IFA.FLAGS, u32(IFA_F_NODAD)]);
  const encoded = encodeAttributes(attributes);
  const body = new Uint8Array(HEADER + encoded.length), view = new DataView(body.buffer);
  view.setUint8(0, familyOf(address));
  view.setUint8(1, length);
  view.setUint32(4, index, true);
  body.set(encoded, HEADER);
  return body;
}

function broadcast({ address, length }: Prefix): Uint8Array {
  return address.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, length - 8 * i))));
}

/** For messages: `172.17.0.2`, and IPv6 in full. */
export function show(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  return address.toHex().match(/.{4}/g)!.map((group) => group.replace(/^0{1,3}/, "")).join(":");
}
