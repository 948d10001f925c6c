/**
 * Files inside an executable that are read when they are needed, and only then: what `deno compile` embeds itself is read into
 * memory at each start. They lie between the ELF image, after which loaders look at nothing, and what Deno appended, which it
 * finds from the file's end.
 */
import { ELF_HEADER_SIZE, elfImageSize } from "./elf.ts";

/** Where each file is to lie: its first byte and its size, by its name. */
export type Parts = Record<string, [offset: number, size: number]>;

/** Lays files out one after the other. */
export function layOut(files: ReadonlyMap<string, Uint8Array>, start: number): Parts {
  const parts: Parts = {};
  let offset = start;
  for (const [name, { length }] of files) {
    parts[name] = [offset, length];
    offset += length;
  }
  return parts;
}

/** Bytes of the ELF image that an executable starts with. */
export async function imageSizeOf(executable: string): Promise<number> {
  using file = await Deno.open(executable);
  const header = new Uint8Array(ELF_HEADER_SIZE);
  await file.read(header);
  return elfImageSize(header);
}

/** Puts files into an executable, behind its ELF image and in the order in which they were laid out. */
export async function insertParts(
  executable: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const bytes = await Deno.readFile(executable), end = await imageSizeOf(executable);
  using file = await Deno.open(executable, { write: true, truncate: true });
  const writer = file.writable.getWriter();
  for (const part of [bytes.subarray(0, end), ...files.values(), bytes.subarray(end)]) {
    await writer.write(part);
  }
  await writer.close();
}
