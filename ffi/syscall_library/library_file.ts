/**
 * The library's file: elf(5), and for its dynamic section the ELF specification, chapter 5.
 */

import { ET, LARGEST_PAGE, PF, PT, writeElfHeader } from "../elf.ts";
import type { Architecture } from "../syscalls.ts";
import { functions } from "./functions.ts";

const DT = { NULL: 0, HASH: 4, STRTAB: 5, SYMTAB: 6, STRSZ: 10, SYMENT: 11 };
const SYMBOL_SIZE = 24;
const STB_GLOBAL_STT_FUNC = 0x12;

/** Offsets, and so addresses, of what the first segment holds. */
const HASH = 0x140, SYMBOLS = 0x160, STRINGS = 0x1c0, CODE = 0x1e0, CODE_END = 0x2e0;
/** The dynamic section is written to by the C library, and therefore has a segment of its own. */
const DYNAMIC = 0x1000, DYNAMIC_ADDRESS = DYNAMIC + LARGEST_PAGE;

export function libraryFile(architecture: Architecture = Deno.build.arch): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions), codes = Object.values(functions);
  const strings = new TextEncoder().encode(`\0${names.join("\0")}\0`);
  const dynamic = [
    ...[DT.HASH, HASH],
    ...[DT.STRTAB, STRINGS],
    ...[DT.SYMTAB, SYMBOLS],
    ...[DT.STRSZ, strings.length],
    ...[DT.SYMENT, SYMBOL_SIZE],
    ...[DT.NULL, 0],
  ];
  const dynamicSize = 8 * dynamic.length;
  const file = new Uint8Array(DYNAMIC + dynamicSize), view = new DataView(file.buffer);
  const dynamicSegment = {
    flags: PF.R | PF.W,
    offset: DYNAMIC,
    address: DYNAMIC_ADDRESS,
    size: dynamicSize,
  };
  writeElfHeader(view, {
    type: ET.DYN,
    architecture,
    entry: 0,
    segments: [
      { type: PT.LOAD, flags: PF.R | PF.X, offset: 0, address: 0, size: CODE_END },
      { type: PT.LOAD, ...dynamicSegment },
      { type: PT.DYNAMIC, ...dynamicSegment },
      { type: PT.GNU_STACK, flags: PF.R | PF.W, offset: 0, address: 0, size: 0 },
    ],
  });
  // One bucket for all symbols, the first of which is the undefined one; each names the one that is looked at next.
  const count = names.length + 1;
  const hash = [1, count, 1, 0, ...names.map((_, i) => (i + 2) % count)];
  hash.forEach((word, i) => view.setUint32(HASH + 4 * i, word, true));
  let name = 1, address = CODE;
  codes.forEach((code, i) => {
    const symbol = SYMBOLS + SYMBOL_SIZE * (i + 1), body = code[architecture]();
    view.setUint32(symbol, name, true); // offset into the strings
    view.setUint8(symbol + 4, STB_GLOBAL_STT_FUNC);
    view.setUint16(symbol + 6, 1, true); // section: any but "undefined"
    view.setBigUint64(symbol + 8, BigInt(address), true);
    view.setBigUint64(symbol + 16, BigInt(body.length), true);
    file.set(body, address);
    name += names[i].length + 1;
    address += Math.ceil(body.length / 16) * 16;
  });
  file.set(strings, STRINGS);
  dynamic.forEach((word, i) => view.setBigUint64(DYNAMIC + 8 * i, BigInt(word), true));
  return file;
}
