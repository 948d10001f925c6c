/** Subnets, and the addresses in them. */

import { type Address, formatAddress, parseAddress } from "../../ffi/ip_address.ts";

export interface Subnet {
  /** The first address: the bits behind the prefix are 0. */
  readonly address: Address;
  /** Bits of the prefix. */
  readonly length: number;
}

/** Reads `ADDRESS/LENGTH`; `exact` is the address as it was written, inside of the subnet. */
export function parseSubnet(text: string): (Subnet & { readonly exact: Address }) | undefined {
  const [, before, after] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const exact = before === undefined ? undefined : parseAddress(before), length = Number(after);
  if (exact === undefined || length > 8 * exact.length) return undefined;
  return { address: mask(exact, length), length, exact };
}

export function formatSubnet({ address, length }: Subnet): string {
  return `${formatAddress(address)}/${length}`;
}

export function contains(subnet: Subnet, address: Address): boolean {
  return subnet.address.length === address.length &&
    isEqual(mask(address, subnet.length), subnet.address);
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  return contains(a, b.address) || contains(b, a.address);
}

export function isEqual(a: Address, b: Address): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** How many addresses a subnet has. */
export function sizeOf({ address, length }: Subnet): bigint {
  return 1n << BigInt(8 * address.length - length);
}

/** The address so many places behind the subnet's first one. */
export function addressAt({ address }: Subnet, offset: bigint): Address {
  const hex = (BigInt(`0x${address.toHex()}`) + offset).toString(16);
  return Uint8Array.fromHex(hex.padStart(2 * address.length, "0"));
}

function mask(address: Address, length: number): Address {
  return address.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * i))));
}
