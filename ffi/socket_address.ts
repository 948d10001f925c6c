/** Where a socket is: struct sockaddr_in and sockaddr_in6, ip(7), ipv6(7). */

import { encodeAddress, formatAddress } from "./ip_address.ts";

export const AF = { INET: 2, INET6: 10, NETLINK: 16 } as const;

/** An address and a port of TCP or UDP. */
export interface SocketAddress {
  /** In numbers; without the scope of a link-local one. */
  readonly address: string;
  readonly port: number;
}

/** Room for any of them. */
export const SOCKADDR_SIZE = 28;

/** Throws TypeError for what is no address in numbers. */
export function encodeSocketAddress({ address, port }: SocketAddress): Uint8Array<ArrayBuffer> {
  const bytes = encodeAddress(address), isV6 = bytes.length === 16;
  const encoded = new Uint8Array(isV6 ? 28 : 16), view = new DataView(encoded.buffer);
  view.setUint16(0, isV6 ? AF.INET6 : AF.INET, true);
  view.setUint16(2, port);
  encoded.set(bytes, isV6 ? 8 : 4);
  return encoded;
}

export function decodeSocketAddress(bytes: Uint8Array): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isV6 = view.getUint16(0, true) === AF.INET6;
  const address = formatAddress(isV6 ? bytes.subarray(8, 24) : bytes.subarray(4, 8));
  return { address, port: view.getUint16(2) };
}
