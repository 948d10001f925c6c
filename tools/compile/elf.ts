/**
 * Where an ELF image ends, so that it can be told apart from what others appended to it.
 *
 * A linker writes the section header table last, so the image ends where that table ends; loaders
 * ignore what follows. Source: elf(5), Elf64_Ehdr.
 */

/** Bytes of an Elf64_Ehdr: what {@link elfImageSize} must be given at least. */
export const ELF_HEADER_SIZE = 64;

/**
 * Size in bytes of the ELF image that starts with `header`.
 *
 * @throws {TypeError} when `header` is not a little-endian 64-bit ELF header with sections.
 */
export function elfImageSize(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < ELF_HEADER_SIZE || view.getUint32(0) !== 0x7f454c46) {
    throw new TypeError("read ELF header: not an ELF file");
  }
  const elfClass64 = 2, elfData2LSB = 1;
  if (header[4] !== elfClass64 || header[5] !== elfData2LSB) {
    throw new TypeError("read ELF header: not a little-endian 64-bit file");
  }
  const shoff = Number(view.getBigUint64(40, true));
  const shentsize = view.getUint16(58, true);
  const shnum = view.getUint16(60, true);
  if (shoff === 0 || shnum === 0) throw new TypeError("read ELF header: no section headers");
  return shoff + shentsize * shnum;
}
