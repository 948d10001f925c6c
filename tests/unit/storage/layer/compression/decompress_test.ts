import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { concatenate } from "../../../../../storage/layer/bytes.ts";
import {
  decompress,
  detectCompression,
} from "../../../../../storage/layer/compression/decompress.ts";
import type { ByteSource } from "../../../../../storage/layer/source.ts";
import { program } from "../../../../e2e/harness/needs.ts";
import { testWith } from "../../../../e2e/harness/skip.ts";
import { type Bytes, collect, sourceOf } from "../helpers.ts";

/** Neither all the same nor random, with runs of every length, and longer than every window and block. */
const content = new Uint8Array(2_000_003);
for (let at = 0, seed = 7; at < content.length;) {
  seed = (seed * 48271) % 0x7fffffff;
  const length = seed % 700 < 600 ? 1 + seed % 7 : seed % 1500;
  content.fill(seed % 61, at, at + length);
  at += length;
}

async function compressWith(name: string, args: string[], input: Bytes): Promise<Bytes> {
  const process = new Deno.Command(name, { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = process.stdin.getWriter();
  const written = writer.write(input).then(() => writer.close());
  const { stdout } = await process.output();
  await written;
  return stdout;
}

/** Nothing can be left out of it: its compressed form is as large. */
function randomBytes(size: number): Bytes {
  const noise = new Uint8Array(size);
  for (let at = 0; at < noise.length; at += 65536) {
    crypto.getRandomValues(noise.subarray(at, at + 65536));
  }
  return noise;
}

const hash = (bytes: Bytes) => createHash("sha256").update(bytes).digest("hex");

const programs: [name: string, args: string[]][] = [
  ["gzip", ["-c"]],
  ["zstd", ["-qc"]],
  ["zstd", ["-qc", "--ultra", "-20"]],
  ["xz", ["-c", "-6"]],
  ["xz", ["-c", "--check=crc32", "-0"]],
  ["bzip2", ["-c"]],
  ["bzip2", ["-c", "-1"]],
];

const prefixes: Record<string, string> = {
  gzip: "gzip: corrupt data: ",
  zstd: "zstd: corrupt data",
  xz: "xz: ",
  bzip2: "bzip2: corrupt data: ",
};

for (const [name, args] of programs) {
  testWith(
    [program(name)],
    `what ${name} ${args.join(" ")} wrote is read, and damage noticed`,
    async () => {
      const compressed = await compressWith(name, args, content);
      assert.equal(detectCompression(compressed), name);
      for (const chunkSize of [1000, compressed.length]) {
        const found = await collect(decompress(sourceOf(compressed, chunkSize)));
        assert.equal(hash(found), hash(content), `chunks of ${chunkSize}`);
      }
      const twice = await collect(
        decompress(sourceOf(concatenate([compressed, compressed]), 5000)),
      );
      assert.equal(hash(twice), hash(concatenate([content, content])));

      const archiveError = (start: string) => (error: Error) =>
        error.name === "ArchiveError" && error.message.startsWith(start);
      for (const length of [12, compressed.length >> 1, compressed.length - 1]) {
        const cut = compressed.slice(0, length);
        await assert.rejects(
          collect(decompress(sourceOf(cut, 1000))),
          archiveError("unexpected EOF"),
          `${length} bytes`,
        );
      }
      const middle = compressed.length >> 1, end = compressed.length - 3; // the end has a checksum
      for (const at of [middle, end]) {
        const damaged = compressed.slice();
        damaged[at] ^= 0xff;
        await assert.rejects(
          collect(decompress(sourceOf(damaged))),
          archiveError(prefixes[name]),
          `damaged at ${at}`,
        );
      }
      const followed = concatenate([compressed, new TextEncoder().encode("something else")]);
      await assert.rejects(
        collect(decompress(sourceOf(followed))),
        archiveError(prefixes[name]),
        "followed by something else",
      );
    },
  );
}

Deno.test("what is not compressed passes through, however it comes", async () => {
  for (const text of ["", "a", "BZ", "plain text, longer than any magic"]) {
    const bytes = new TextEncoder().encode(text);
    for (const chunkSize of [1, 3, 100]) {
      assert.deepEqual(await collect(decompress(sourceOf(bytes, chunkSize))), bytes);
    }
  }
});

Deno.test("the magic may come in pieces", async () => {
  const compressed = gzipSync(content) as Bytes;
  const found = await collect(decompress(sourceOf(compressed.slice(), 1)));
  assert.equal(hash(found), hash(content));
});

Deno.test("frames that zstd is to skip are skipped", async () => {
  const skipped = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  // A frame with one raw block of three bytes: RFC 8878.
  const frame = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, 0x19, 0, 0, 97, 98, 99]);
  for (const parts of [[skipped, frame], [frame, skipped], [frame, skipped, frame]]) {
    const expected = "abc".repeat(parts.filter((part) => part === frame).length);
    const found = await collect(decompress(sourceOf(concatenate(parts))));
    assert.equal(new TextDecoder().decode(found), expected);
  }
});

Deno.test("zeros after the last gzip member are ignored", async () => {
  const padded = concatenate([gzipSync("abc") as Bytes, new Uint8Array(1000)]);
  assert.equal(new TextDecoder().decode(await collect(decompress(sourceOf(padded, 50)))), "abc");
});

/** A source that counts what it gave, and notices that it was given up. */
function watched(bytes: Bytes, chunkSize: number) {
  const state = { given: 0, isClosed: false };
  async function* source(): ByteSource {
    try {
      for await (const chunk of sourceOf(bytes, chunkSize)) {
        state.given += chunk.length;
        yield chunk;
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, source: source() };
}

Deno.test("a bomb expands only as far as somebody reads", async () => {
  const bomb = gzipSync(new Uint8Array(256 << 20)) as Bytes, before = Deno.memoryUsage().rss;
  let total = 0;
  for await (const chunk of decompress(sourceOf(bomb))) {
    total += chunk.length;
    if (total > 1 << 20) await new Promise((resolve) => setTimeout(resolve, 100));
    if (total > 2 << 20) break;
  }
  assert.ok(Deno.memoryUsage().rss - before < 64 << 20);
});

for (const [name, args] of programs.filter(([, args]) => args.length === 1)) {
  testWith([program(name)], `${name}: the source is let go when nobody reads on`, async () => {
    const noise = randomBytes(4 << 20);
    const { state, source } = watched(await compressWith(name, args, noise), 16384);
    for await (const _ of decompress(source)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(state.isClosed);
    assert.ok(state.given < 3.5 * (1 << 20), `${state.given} bytes were taken`);
  });

  testWith([program(name)], `${name}: an error of the source is passed on`, async () => {
    const compressed = await compressWith(name, args, content);
    async function* failing(): ByteSource {
      yield* sourceOf(compressed.subarray(0, 3000));
      throw new Error("the network is gone");
    }
    await assert.rejects(collect(decompress(failing())), { message: "the network is gone" });
  });
}

Deno.test("a large gzip file is decompressed in another thread, as any other is here", async () => {
  const noise = randomBytes(5 << 20), part = gzipSync(noise.subarray(0, 3 << 20));
  const file = concatenate([part, gzipSync(noise.subarray(3 << 20))] as Bytes[]);
  for (const chunkSize of [70_000, file.length]) {
    const found = await collect(decompress(sourceOf(file, chunkSize)));
    assert.equal(hash(found), hash(noise), `chunks of ${chunkSize}`);
  }
  // More at once than there are threads.
  const several = [1, 2, 3, 4].map(() => collect(decompress(sourceOf(file, 1 << 20))));
  for (const found of await Promise.all(several)) assert.equal(hash(found), hash(noise));
  const cut = collect(decompress(sourceOf(file.slice(0, -9))));
  await assert.rejects(cut, { name: "ArchiveError", message: "unexpected EOF" });
  const damaged = file.with(file.length - 7, file.at(-7)! ^ 1) as Bytes;
  await assert.rejects(collect(decompress(sourceOf(damaged))), {
    message: /^gzip: corrupt data: /,
  });
  async function* failing(): ByteSource {
    yield* sourceOf(file.slice(0, 2 << 20), 100_000);
    throw new Error("the network is gone");
  }
  await assert.rejects(collect(decompress(failing())), { message: "the network is gone" });
});
