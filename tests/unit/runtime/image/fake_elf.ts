/** ELF files made for tests: they say what they need, and cannot be run. Source: elf(5). */

import { HOST_MACHINE } from "../../../../runtime/image/elf.ts";

export interface FakeElf {
  interpreter?: string;
  needed?: string[];
  rpath?: string;
  runpath?: string;
  /** EM_*; the host's by default. */
  machine?: number;
}

/** Where the file is mapped: not at its offsets, so that mixing them up is noticed. */
const ADDRESS = 0x400000;
const HEADERS_SIZE = 64 + 3 * 56;

export function fakeElf(
  { interpreter, needed = [], rpath, runpath, machine = HOST_MACHINE }: FakeElf = {},
): Uint8Array<ArrayBuffer> {
  const strings = new StringTable();
  const dynamic: [tag: number, value: number][] = needed.map((name) => [1, strings.add(name)]);
  if (rpath !== undefined) dynamic.push([15, strings.add(rpath)]);
  if (runpath !== undefined) dynamic.push([29, strings.add(runpath)]);
  const interpreterOffset = interpreter === undefined ? 0 : strings.add(interpreter);
  const stringsOffset = HEADERS_SIZE, text = strings.bytes();
  const dynamicOffset = stringsOffset + text.length;
  dynamic.push([5, ADDRESS + stringsOffset], [0, 0]);

  const file = new Uint8Array(dynamicOffset + dynamic.length * 16),
    view = new DataView(file.buffer);
  view.setUint32(0, 0x7f454c46);
  file.set([2, 1, 1], 4);
  view.setUint16(16, 3, true);
  view.setUint16(18, machine, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  const segments = [[1, 0, file.length], [2, dynamicOffset, dynamic.length * 16]];
  if (interpreter !== undefined) {
    segments.push([3, stringsOffset + interpreterOffset, interpreter.length + 1]);
  }
  view.setUint16(56, segments.length, true);
  for (const [index, [type, offset, size]] of segments.entries()) {
    const at = 64 + index * 56;
    view.setUint32(at, type, true);
    view.setBigUint64(at + 8, BigInt(offset), true);
    view.setBigUint64(at + 16, BigInt(ADDRESS + offset), true);
    view.setBigUint64(at + 32, BigInt(size), true);
  }
  file.set(text, stringsOffset);
  for (const [index, [tag, value]] of dynamic.entries()) {
    view.setBigUint64(dynamicOffset + index * 16, BigInt(tag), true);
    view.setBigUint64(dynamicOffset + index * 16 + 8, BigInt(value), true);
  }
  return file;
}

class StringTable {
  #text = "\0";

  add(text: string): number {
    const offset = this.#text.length;
    this.#text += `${text}\0`;
    return offset;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(this.#text);
  }
}
