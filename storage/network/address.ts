/** IP addresses and subnets: text as people write it, bytes in the network's order. */

/** 4 bytes for IPv4, 16 for IPv6. */
export type Address = Uint8Array<ArrayBuffer>;

export interface Subnet {
  /** The first address: the bits behind the prefix are 0. */
  readonly address: Address;
  /** Bits of the prefix. */
  readonly length: number;
}

/** Reads an address as Go's net.ParseIP does. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Writes an address: IPv6 as RFC 5952 has it. */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => address[2 * i] << 8 | address[2 * i + 1]);
  const [start, length] = longestZeros(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let longest: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    const end = groups.findIndex((group, i) => i >= start && group !== 0);
    const length = (end < 0 ? groups.length : end) - start;
    if (length > longest[1]) longest = [start, length];
  }
  return longest;
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

/** Four numbers without leading zeros. */
function parseIpv4(text: string): Address | undefined {
  const numbers = text.split(".");
  if (numbers.length !== 4 || !numbers.every((each) => /^(0|[1-9]\d{0,2})$/.test(each))) {
    return undefined;
  }
  return numbers.every((each) => Number(each) < 256) ? Uint8Array.from(numbers, Number) : undefined;
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => half === "" ? [] : half.split(":"));
  const last = groups.at(-1)!;
  const embedded = last.at(-1)?.includes(".") ? parseIpv4(last.pop()!) : undefined;
  if (embedded) {
    const [a, b, c, d] = embedded;
    last.push((a << 8 | b).toString(16), (c << 8 | d).toString(16));
  }
  const all = groups.flat();
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - all.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const [front, back = []] = groups;
  const whole = [...front, ...Array(missing).fill("0"), ...back];
  return Uint8Array.fromHex(whole.map((group) => group.padStart(4, "0")).join(""));
}
