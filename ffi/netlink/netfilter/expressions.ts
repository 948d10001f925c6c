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
const FIB_ADDRTYPE = 3, FIB_DADDR = 2, RTN_LOCAL = 2, NFPROTO_IPV4 = 2;
const PAYLOAD_NETWORK = 1, PAYLOAD_TRANSPORT = 2;

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

export const loadSource = (register: number = REGISTER[0]) =>
  payload(PAYLOAD_NETWORK, 12, 4, register);
export const loadDestination = (register: number = REGISTER[0]) =>
  payload(PAYLOAD_NETWORK, 16, 4, register);
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

/** Matches packets to or from an IPv4 subnet `ADDRESS/LENGTH`, according to the load. */
export function isInSubnet(load: Expression, subnet: string): Expression[] {
  const [address, length] = subnet.split("/");
  const mask = u32(length === "0" ? 0 : -1 << (32 - Number(length)));
  const network = encodeAddress(address).map((byte, i) => byte & mask[i]);
  return [load, and(mask), compare(network)];
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

/** Sends a connection to the IPv4 address in register 0 and the port in register 1. */
export function destinationNat(): Expression {
  const address: Attribute[] = [[1, u32(1)], [2, u32(NFPROTO_IPV4)]];
  return { name: "nat", attributes: [...address, [3, u32(REGISTER[0])], [5, u32(REGISTER[1])]] };
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
