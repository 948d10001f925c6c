import assert from "node:assert/strict";
import { readEntries } from "../../../../storage/archive/entries.ts";
import { decode, encode, inChunks, makeTar, readAll } from "./fixture.ts";

const archive = makeTar([
  ["first", "one"],
  ["empty", ""],
  ["link", { symlink: "first" }],
  ["large", "x".repeat(3000)],
  ["last", "end"],
]);

Deno.test("readEntries() gives names and contents, however the bytes are cut", async () => {
  for (const size of [1, 7, 512, 1000, archive.length]) {
    const found: string[] = [];
    for await (const { header, content } of readEntries(inChunks(archive, size))) {
      found.push(`${header.name}=${decode(await readAll(content))}`);
    }
    assert.deepEqual(found, [
      "first=one",
      "empty=",
      "link=",
      `large=${"x".repeat(3000)}`,
      "last=end",
    ]);
  }
});

Deno.test("readEntries() skips content that nobody reads, or reads half of", async () => {
  const found: string[] = [];
  for await (const { header, content } of readEntries(inChunks(archive, 100))) {
    found.push(header.name);
    if (header.name === "large") { for await (const _ of content) break; }
  }
  assert.deepEqual(found, ["first", "empty", "link", "large", "last"]);
});

Deno.test("readEntries() does not forget an error that the reader of an entry met first", async () => {
  const entries = readEntries(inChunks(archive.subarray(0, 3 * 512 + 1024), 512));
  const { value } = await entries.next();
  assert.equal(value.header.name, "first");
  await entries.next();
  await entries.next();
  const large = await entries.next();
  await assert.rejects(readAll(large.value.content), /^ArchiveError: unexpected EOF$/);
  await assert.rejects(entries.next(), /^ArchiveError: unexpected EOF$/);
});

Deno.test("readEntries() throws an error of its source even if the reader of an entry has seen it", async () => {
  async function* failing() {
    yield archive.subarray(0, 514);
    throw new Error("disk on fire");
  }
  const entries = readEntries(failing());
  const { value } = await entries.next();
  await assert.rejects(readAll(value.content), /disk on fire/);
  await assert.rejects(entries.next(), /disk on fire/);
});

Deno.test("readEntries() refuses what is no tar", async () => {
  await assert.rejects(readEntries(inChunks(encode("no tar"), 6)).next(), /unexpected EOF/);
  await assert.rejects(
    readEntries(inChunks(encode("no tar".repeat(200)), 2000)).next(),
    /archive\/tar: invalid tar header/,
  );
});
