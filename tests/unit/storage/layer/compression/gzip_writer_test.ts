import { deepEqual, ok } from "node:assert/strict";
import { concatenate } from "../../../../../storage/layer/bytes.ts";
import { gunzip } from "../../../../../storage/layer/compression/gzip.ts";
import { gzip } from "../../../../../storage/layer/compression/gzip_writer.ts";
import { WORTH_A_THREAD } from "../../../../../storage/layer/compression/thread.ts";
import { type ByteSource, sourceOf } from "../../../../../storage/layer/source.ts";

async function collect(source: ByteSource) {
  const chunks = [];
  for await (const chunk of source) chunks.push(chunk.slice());
  return concatenate(chunks);
}

const bytes = new Uint8Array(3_500_000).map((_, index) => index * index >> 7);

Deno.test("what is compressed can be had again, also nothing", async () => {
  for (const content of [bytes, new Uint8Array(0), new Uint8Array(1 << 20)]) {
    deepEqual(await collect(gunzip(gzip(sourceOf([content])))), content);
  }
});

Deno.test("the same bytes give the same file, however they come", async () => {
  const whole = await collect(gzip(sourceOf([bytes])));
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 77_777) pieces.push(bytes.slice(at, at + 77_777));
  deepEqual(await collect(gzip(sourceOf(pieces))), whole);
  ok(whole.length < bytes.length);
  // What is known to be much goes to threads at once, which those have in common that compress side by side.
  const inThreads = () => collect(gzip(sourceOf([bytes]), 1 << 30));
  for (const file of await Promise.all([1, 2, 3].map(inThreads))) deepEqual(file, whole);
});

Deno.test("what turns out to be much goes to threads as well", async () => {
  const content = new Uint8Array(WORTH_A_THREAD + 3_000_000).map((_, index) => index % 251);
  deepEqual(await collect(gunzip(gzip(sourceOf([content])))), content);
});

Deno.test("an error of the source is the compressed file's", async () => {
  async function* broken(): ByteSource {
    yield bytes;
    throw new Error("broken");
  }
  await collect(gzip(broken())).then(() => ok(false), ({ message }) => ok(message === "broken"));
});
