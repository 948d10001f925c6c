import { deepEqual, equal } from "node:assert/strict";
import { imageSizeOf, insertParts, layOut } from "../../../../tools/compile/parts.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder();

Deno.test("files lie behind the ELF image, where their places say, and before what was appended", async () => {
  const executable = await Deno.makeTempFile();
  try {
    // No section is needed: the image ends with the table of section headers.
    const image = new Uint8Array(64 + 2 * 64), view = new DataView(image.buffer);
    image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    view.setBigUint64(40, 64n, true);
    view.setUint16(58, 64, true);
    view.setUint16(60, 2, true);
    await Deno.writeFile(executable, new Uint8Array([...image, ...encoder.encode("appended")]));
    equal(await imageSizeOf(executable), image.length);

    const files = new Map([["a", encoder.encode("first")], ["b", encoder.encode("second")]]);
    const parts = layOut(files, image.length);
    await insertParts(executable, files);

    const bytes = await Deno.readFile(executable);
    deepEqual(bytes.subarray(0, image.length), image);
    equal(decoder.decode(bytes.subarray(image.length)), "firstsecondappended");
    for (const [name, content] of files) {
      const [offset, size] = parts[name];
      deepEqual(bytes.subarray(offset, offset + size), content);
    }
  } finally {
    await Deno.remove(executable);
  }
});
