import assert from "node:assert/strict";
import { AT, O } from "../../../../ffi/constants.ts";
import { close, makePipe, openAt, seek, writeAll } from "../../../../ffi/file.ts";
import { fileSource } from "../../../../storage/layer/source.ts";
import { collect, withScratch } from "./helpers.ts";

Deno.test("fileSource() gives the rest of a file", () =>
  withScratch(async (path) => {
    const content = Uint8Array.from({ length: 2_500_000 }, (_, index) => index >> 3);
    Deno.writeFileSync(`${path}/f`, content);
    const fd = openAt(AT.FDCWD, `${path}/f`, O.RDONLY);
    seek(fd, 5);
    assert.deepEqual(await collect(fileSource(fd)), content.subarray(5));
    assert.deepEqual(await collect(fileSource(fd)), new Uint8Array(0));
    close(fd);
  }));

Deno.test("fileSource() waits for a pipe without stopping the program", async () => {
  const [readEnd, writeEnd] = makePipe();
  let isAlive = false;
  setTimeout(() => {
    isAlive = true;
    writeAll(writeEnd, new TextEncoder().encode("late"));
    close(writeEnd);
  }, 20);
  const bytes = await collect(fileSource(readEnd));
  assert.ok(isAlive);
  assert.equal(new TextDecoder().decode(bytes), "late");
  close(readEnd);
});

Deno.test("fileSource() passes on what is wrong", async () => {
  const fd = openAt(AT.FDCWD, "/", O.RDONLY | O.DIRECTORY);
  await assert.rejects(collect(fileSource(fd)), { code: "EISDIR" });
  close(fd);
});
