/** Internet addresses as text, as bytes, and as struct sockaddr_in and sockaddr_in6: ip(7), ipv6(7). */

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
  const address = decodeAddress(isV6 ? bytes.subarray(8, 24) : bytes.subarray(4, 8));
  return { address, port: view.getUint16(2) };
}

/** The 4 bytes of `192.0.2.1` or the 16 of `2001:db8::1`, in network order. Throws TypeError for anything else. */
export function encodeAddress(text: string): Uint8Array<ArrayBuffer> {
  const bytes = text.includes(":") ? encodeIpv6(text) : encodeIpv4(text);
  if (bytes === undefined) throw new TypeError(`invalid IP address: ${text}`);
  return new Uint8Array(bytes);
}

function encodeIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  const valid = parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  return valid ? parts.map(Number) : undefined;
}

function encodeIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => half === "" ? [] : encodeGroups(half.split(":")));
  if (head === undefined || halves.length === 2 && tail === undefined) return undefined;
  if (tail === undefined) return head.length === 16 ? head : undefined;
  const zeros = 16 - head.length - tail.length;
  return zeros < 2 ? undefined : [...head, ...new Array<number>(zeros).fill(0), ...tail];
}

/** Groups of four hexadecimal digits; the last may be an IPv4 address, which is two of them. */
function encodeGroups(groups: readonly string[]): number[] | undefined {
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes(".")) {
      const last = encodeIpv4(group);
      if (last === undefined) return undefined;
      bytes.push(...last);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

/** The canonical text of 4 or 16 bytes: RFC 5952, without its IPv4 forms. */
export function decodeAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i] << 8 | bytes[2 * i + 1]);
  let start = 0, length = 0;
  for (let i = 0; i < 8; i++) {
    let zeros = 0;
    while (groups[i + zeros] === 0) zeros++;
    if (zeros > length) [start, length] = [i, zeros];
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  return length < 2
    ? text(groups)
    : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}
