/** IP addresses: text as people write it, bytes in the network's order. */

/** 4 bytes for IPv4, 16 for IPv6. */
export type Address = Uint8Array<ArrayBuffer>;

/** Reads an address as Go's net.ParseIP does: in numbers, without a scope. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** The same of an address that has been checked, or was written by formatAddress(). Throws TypeError for anything else. */
export function encodeAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(`invalid IP address: ${text}`);
  return address;
}

/** The canonical text of 4 or 16 bytes: RFC 5952, without its IPv4 forms. */
export function formatAddress(address: Uint8Array): string {
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

/** Four numbers without leading zeros. */
function parseIpv4(text: string): Address | undefined {
  const numbers = text.split(".");
  if (numbers.length !== 4 || !numbers.every((each) => /^(0|[1-9]\d{0,2})$/.test(each))) {
    return undefined;
  }
  return numbers.every((each) => Number(each) < 256) ? Uint8Array.from(numbers, Number) : undefined;
}

/** Groups of four hexadecimal digits; the last two may be written as an IPv4 address. */
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
