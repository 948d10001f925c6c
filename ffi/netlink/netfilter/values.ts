/** Numbers and names as netfilter wants them: in network order. */

export function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value | 0);
  return bytes;
}

export function u64(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** A port as it lies in a register: padded to four bytes. */
export function portValue(port: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(port >> 8, port & 0xff, 0, 0);
}

/** A name of an interface as rules compare it: 16 bytes, padded with zeros. */
export function interfaceName(name: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  new TextEncoder().encodeInto(name, bytes.subarray(0, 15));
  return bytes;
}

export function concatenate(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
