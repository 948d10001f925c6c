/** Expressions of nftables' rules: linux/netfilter/nf_tables.h. A rule is a list of them; one that does not match ends it. */

import { type Attribute, text } from "../attributes.ts";
import { encodeAddress } from "../../ip_address.ts";
import { interfaceName, u32, u64 } from "./values.ts";

export interface Expression {
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** Registers of 4 bytes; a concatenation lies in neighbouring ones. */
export const REGISTER = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23] as const;
const VERDICT_REGISTER = 0, DATA_VALUE = 1, DATA_VERDICT = 2;

export const META = { IIFNAME: 6, OIFNAME: 7, NFPROTO: 15, L4PROTO: 16 } as const;
export const CT = { STATE: 0, STATUS: 2 } as const;
export const CT_STATE = { ESTABLISHED: 2, RELATED: 4 } as const;
/** IPS_DST_NAT */
export const CT_STATUS_DNAT = 32;
export const VERDICT = { DROP: 0, ACCEPT: 1, RETURN: -5 } as const;
const FIB_ADDRTYPE = 3, FIB_DADDR = 2, RTN_LOCAL = 2;
const PAYLOAD_NETWORK = 1, PAYLOAD_TRANSPORT = 2;

/** NFPROTO_*: IPv4 with IPv6, and each of them. */
export const FAMILY = { INET: 1, IPV4: 2, IPV6: 10 } as const;
/** A version of the Internet Protocol. */
export type IpFamily = typeof FAMILY.IPV4 | typeof FAMILY.IPV6;
/** How many registers an address takes, and where addresses are in a packet. */
const LAYOUT = {
  [FAMILY.IPV4]: { registers: 1, source: 12, destination: 16 },
  [FAMILY.IPV6]: { registers: 4, source: 8, destination: 24 },
} as const;

/** The registers behind those of an address that lies in the first. */
export const registersBehind = (family: IpFamily) => REGISTER.slice(LAYOUT[family].registers);

/** Loads a fact about the packet. */
export function meta(key: number, register: number = REGISTER[0]): Expression {
  return { name: "meta", attributes: [[1, u32(register)], [2, u32(key)]] };
}

/** Matches if a register is, or is not, the value. */
export function compare(
  value: Uint8Array,
  { not = false, register = REGISTER[0] } = {},
): Expression {
  const attributes: Attribute[] = [[1, u32(register)], [2, u32(not ? 1 : 0)]];
  return { name: "cmp", attributes: [...attributes, [3, [[DATA_VALUE, value]]]] };
}

/** Loads a part of the packet. */
function payload(base: number, offset: number, length: number, register: number): Expression {
  return {
    name: "payload",
    attributes: [[1, u32(register)], [2, u32(base)], [3, u32(offset)], [4, u32(length)]],
  };
}

function loadAddress(family: IpFamily, which: "source" | "destination"): Expression {
  const { registers, [which]: offset } = LAYOUT[family];
  return payload(PAYLOAD_NETWORK, offset, 4 * registers, REGISTER[0]);
}

export const loadSource = (family: IpFamily = FAMILY.IPV4) => loadAddress(family, "source");
export const loadDestination = (family: IpFamily = FAMILY.IPV4) =>
  loadAddress(family, "destination");
/** Of TCP, UDP and SCTP alike. */
export const loadDestinationPort = (register: number = REGISTER[0]) =>
  payload(PAYLOAD_TRANSPORT, 2, 2, register);

/** Leaves the bits of register 0 that are set in the mask. */
function and(mask: Uint8Array): Expression {
  return {
    name: "bitwise",
    attributes: [
      [1, u32(REGISTER[0])],
      [2, u32(REGISTER[0])],
      [3, u32(mask.length)],
      [4, [[DATA_VALUE, mask]]],
      [5, [[DATA_VALUE, new Uint8Array(mask.length)]]],
    ],
  };
}

/** Matches packets to or from a subnet `ADDRESS/LENGTH`, according to the load. */
export function isInSubnet(load: Expression, subnet: string): Expression[] {
  const [text, length] = subnet.split("/"), address = encodeAddress(text);
  const mask = address.map((_, i) => 0xff << 8 - Math.min(8, Math.max(0, Number(length) - 8 * i)));
  return [load, and(mask), compare(address.map((byte, i) => byte & mask[i]))];
}

/** Matches if any of these bits of a connection's state or status is set: they are in the machine's own order. */
export function connection(key: number, bits: number): Expression[] {
  const mask = new Uint8Array(new Uint32Array([bits]).buffer);
  const load = { name: "ct", attributes: [[1, u32(REGISTER[0])], [2, u32(key)]] } as const;
  return [load, and(mask), compare(new Uint8Array(4), { not: true })];
}

/** Matches packets to an address of this host. */
export function isToHost(): Expression[] {
  const load: Expression = {
    name: "fib",
    attributes: [[1, u32(REGISTER[0])], [2, u32(FIB_ADDRTYPE)], [3, u32(FIB_DADDR)]],
  };
  return [load, compare(new Uint8Array(new Uint32Array([RTN_LOCAL]).buffer))];
}

/** Matches if it is in the map, and loads what it stands for into register 0 and those behind. */
export function translate(map: string): Expression {
  const attributes: Attribute[] = [[1, text(map)], [2, u32(REGISTER[0])], [3, u32(REGISTER[0])]];
  return { name: "lookup", attributes };
}

/** Matches packets that come from, or go to, an interface; or that do not. */
export function interfaceIs(key: number, name: string, options: { not?: boolean } = {}) {
  return [meta(key), compare(interfaceName(name), options)];
}

/** Sends a connection to the address in register 0 and the port in the register behind it. */
export function destinationNat(family: IpFamily = FAMILY.IPV4): Expression {
  const [port] = registersBehind(family);
  const address: Attribute[] = [[1, u32(1)], [2, u32(family)], [3, u32(REGISTER[0])]];
  return { name: "nat", attributes: [...address, [5, u32(port)]] };
}

/** A constant in a register. */
export function load(value: Uint8Array, register: number): Expression {
  return { name: "immediate", attributes: [[1, u32(register)], [2, [[DATA_VALUE, value]]]] };
}

export function masquerade(): Expression {
  return { name: "masq", attributes: [] };
}

export function verdict(code: number): Expression {
  const value: Attribute = [DATA_VERDICT, [[1, u32(code)]]];
  return { name: "immediate", attributes: [[1, u32(VERDICT_REGISTER)], [2, [value]]] };
}

/** iptables shows no rule without one. */
export function counter(): Expression {
  return { name: "counter", attributes: [[1, u64(0n)], [2, u64(0n)]] };
}
