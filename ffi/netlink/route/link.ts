/** Network interfaces: struct ifinfomsg and its attributes, rtnetlink(7). */

import { isErrno } from "../../errno.ts";
import {
  type Attribute,
  decodeAttributes,
  encodeAttributes,
  readText,
  readU32,
  text,
  u16,
  u32,
} from "../attributes.ts";
import { NLM_F, type ReceivedMessage } from "../message.ts";
import type { NetlinkSocket, Request } from "../socket.ts";
import {
  AF,
  IFF,
  IFLA,
  IFLA_INFO,
  IFLA_IPVLAN_MODE,
  IFLA_MACVLAN_MODE,
  RTM,
  VETH_INFO_PEER,
} from "./constants.ts";

const HEADER = 16;

/** What an interface is to be like; what is left out stays as it is. */
export interface LinkSettings {
  readonly name?: string;
  /** Hardware address, 6 bytes. */
  readonly address?: Uint8Array;
  /** Bytes. */
  readonly mtu?: number;
  readonly up?: boolean;
  /** Index of the bridge that it belongs to; 0 for none. */
  readonly master?: number;
  /** Descriptor of the network namespace that it is, or is moved, in. */
  readonly namespace?: number;
}

/** What an interface is made as. */
export type LinkKind =
  | { readonly kind: "bridge" | "dummy" }
  /** The other end of the cable. */
  | { readonly kind: "veth"; readonly peer: LinkSettings }
  /** On top of another interface, whose index it is, and which may be in another namespace than it. */
  | { readonly kind: "macvlan"; readonly parent: number; readonly mode: keyof typeof macvlanModes }
  | { readonly kind: "ipvlan"; readonly parent: number; readonly mode: keyof typeof ipvlanModes };

/** include/uapi/linux/if_link.h */
const macvlanModes = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;
const ipvlanModes = { l2: 0, l3: 1, l3s: 2 } as const;

/** An interface as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly flags: number;
  /** Index of the bridge that it belongs to; 0 for none. */
  readonly master: number;
  /** Index of what it is on top of, or of its peer, in whichever namespace that is; 0 for none. */
  readonly link: number;
  /** `bridge`, `veth`; empty for hardware. */
  readonly kind: string;
  /** Six bytes for Ethernet. */
  readonly address: Uint8Array;
  readonly mtu: number;
}

export function addLink(
  settings: LinkSettings & { readonly name: string },
  kind: LinkKind,
): Request {
  const attributes = [...attributesOf(settings), ...kindAttributes(kind)];
  const flags = NLM_F.CREATE | NLM_F.EXCL;
  return {
    message: { type: RTM.NEWLINK, flags, body: linkBody(0, settings, attributes) },
    what: `add ${kind.kind} interface ${settings.name}`,
  };
}

export function setLink(index: number, settings: LinkSettings): Request {
  return {
    message: {
      type: RTM.NEWLINK,
      flags: 0,
      body: linkBody(index, settings, attributesOf(settings)),
    },
    what: `configure network interface ${settings.name ?? index}`,
  };
}

/** By its index or its name. With a veth goes its peer. */
export function deleteLink(which: number | string): Request {
  return { message: linkMessage(RTM.DELLINK, which), what: `delete network interface ${which}` };
}

/** Asks for an interface by its name: the answer is for decodeLink(). */
export function getLink(name: string): Request {
  return { message: linkMessage(RTM.GETLINK, name), what: `look for interface ${name}` };
}

/** Looks for an interface by its name. */
export function findLink(socket: NetlinkSocket, name: string): Link | undefined {
  try {
    return decodeLink(socket.request(getLink(name))[0]);
  } catch (error) {
    if (isErrno(error, "ENODEV")) return undefined;
    throw error;
  }
}

/** All interfaces of the namespace. */
export function listLinks(socket: NetlinkSocket): Link[] {
  const message = { type: RTM.GETLINK, flags: 0, body: linkBody(0, {}, []) };
  return socket.dump({ message, what: "list network interfaces" }).map(decodeLink);
}

export function decodeLink({ body }: Pick<ReceivedMessage, "body">): Link {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const attributes = decodeAttributes(body.subarray(HEADER));
  const number = (type: number) => {
    const value = attributes.get(type);
    return value ? readU32(value) : 0;
  };
  const name = attributes.get(IFLA.IFNAME), info = attributes.get(IFLA.LINKINFO);
  const kind = info && decodeAttributes(info).get(IFLA_INFO.KIND);
  return {
    index: view.getInt32(4, true),
    name: name ? readText(name) : "",
    flags: view.getUint32(8, true),
    master: number(IFLA.MASTER),
    link: number(IFLA.LINK),
    kind: kind ? readText(kind) : "",
    address: attributes.get(IFLA.ADDRESS) ?? new Uint8Array(),
    mtu: number(IFLA.MTU),
  };
}

function linkMessage(type: number, which: number | string) {
  const [index, attributes]: [number, Attribute[]] = typeof which === "number"
    ? [which, []]
    : [0, [[IFLA.IFNAME, text(which)]]];
  return { type, flags: 0, body: linkBody(index, {}, attributes) };
}

/** struct ifinfomsg: family, type, index, flags, and which of the flags are meant. */
function linkBody(
  index: number,
  { up }: LinkSettings,
  attributes: readonly Attribute[],
): Uint8Array<ArrayBuffer> {
  const encoded = encodeAttributes(attributes);
  const body = new Uint8Array(HEADER + encoded.length), view = new DataView(body.buffer);
  view.setUint8(0, AF.UNSPEC);
  view.setInt32(4, index, true);
  if (up !== undefined) {
    view.setUint32(8, up ? IFF.UP : 0, true);
    view.setUint32(12, IFF.UP, true);
  }
  body.set(encoded, HEADER);
  return body;
}

function attributesOf({ name, address, mtu, master, namespace }: LinkSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (name !== undefined) attributes.push([IFLA.IFNAME, text(name)]);
  if (address !== undefined) attributes.push([IFLA.ADDRESS, address]);
  if (mtu !== undefined) attributes.push([IFLA.MTU, u32(mtu)]);
  if (master !== undefined) attributes.push([IFLA.MASTER, u32(master)]);
  if (namespace !== undefined) attributes.push([IFLA.NET_NS_FD, u32(namespace)]);
  return attributes;
}

function kindAttributes(kind: LinkKind): Attribute[] {
  const info: Attribute[] = [[IFLA_INFO.KIND, text(kind.kind)]];
  const data = (attribute: Attribute) => info.push([IFLA_INFO.DATA, [attribute]]);
  switch (kind.kind) {
    case "veth":
      data([VETH_INFO_PEER, linkBody(0, kind.peer, attributesOf(kind.peer))]);
      break;
    case "macvlan":
      data([IFLA_MACVLAN_MODE, u32(macvlanModes[kind.mode])]);
      break;
    case "ipvlan":
      data([IFLA_IPVLAN_MODE, u16(ipvlanModes[kind.mode])]);
      break;
  }
  const parent: Attribute[] = "parent" in kind ? [[IFLA.LINK, u32(kind.parent)]] : [];
  return [...parent, [IFLA.LINKINFO, info]];
}
