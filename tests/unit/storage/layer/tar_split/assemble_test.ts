import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { AT, O } from "../../../../../ffi/constants.ts";
import { close, openAt, withFd, writeAll } from "../../../../../ffi/file.ts";
import { concatenate } from "../../../../../storage/layer/bytes.ts";
import { assembledSize, assembleTar } from "../../../../../storage/layer/tar_split/assemble.ts";
import { type Bytes, collect, withScratch } from "../helpers.ts";

const base64 = (text: string) => new TextEncoder().encode(text).toBase64();

/** As docker writes it: its escapes, an empty segment at the end, a single gzip member. */
const dockerLines = [
  `{"type":2,"payload":"${base64("[header of x]")}","position":0}`,
  `{"type":1,"name":"./bin/x","size":6,"payload":"YUw+7uLYEAA=","position":1}`,
  `{"type":2,"payload":"${base64("[padding]")}","position":2}`,
  `{"type":1,"name":"./d/","payload":null,"position":3}`,
  `{"type":1,"name_raw":"Li9u/w==","size":1,"payload":"IxAAAAAAAAA=","position":4}`,
  `{"type":1,"name":"./\\u003ca\\u0026b\\u003e","size":1,"payload":"IxAAAAAAAAA=","position":5}`,
  `{"type":1,"name":"../up","size":1,"payload":"IxAAAAAAAAA=","position":6}`,
  `{"type":2,"payload":"${base64("[end]")}","position":7}`,
  `{"type":2,"payload":"","position":8}`,
];
const assembled = "[header of x]hello\n[padding]xxx[end]";

interface Record {
  tarSplitFd: number;
  size(): Promise<number>;
  tar(): Promise<string>;
}

/** A layer directory with these files, and a record with these lines. */
function withRecord(
  record: string[] | Bytes,
  test: (path: string, record: Record) => Promise<void>,
): Promise<void> {
  return withScratch(async (path, fd, outside) => {
    Deno.mkdirSync(`${path}/bin`);
    Deno.writeTextFileSync(`${path}/bin/x`, "hello\n");
    for (const name of ["<a&b>", "up"]) Deno.writeTextFileSync(`${path}/${name}`, "x");
    withFd(openAt(fd, "n\udcff", O.WRONLY | O.CREAT, 0o644), (file) => {
      writeAll(file, new TextEncoder().encode("x"));
    });

    const bytes = Array.isArray(record) ? gzipSync(record.join("\n") + "\n") : record;
    Deno.writeFileSync(`${outside}/tar-split.json.gz`, bytes);
    const tarSplitFd = openAt(AT.FDCWD, `${outside}/tar-split.json.gz`, O.RDONLY);
    try {
      await test(path, {
        tarSplitFd,
        size: () => assembledSize(tarSplitFd),
        tar: async () => new TextDecoder().decode(await collect(assembleTar(tarSplitFd, fd))),
      });
    } finally {
      close(tarSplitFd);
    }
  });
}

Deno.test("a record of docker's is read, as often as one likes", () =>
  withRecord(dockerLines, async (_path, record) => {
    assert.equal(await record.size(), assembled.length);
    assert.equal(await record.tar(), assembled);
    assert.equal(await record.tar(), assembled);
  }));

Deno.test("a record may be many gzip members, and lack the last newline", async () => {
  const members = dockerLines.map((line, index) =>
    gzipSync(index === dockerLines.length - 1 ? line : `${line}\n`) as Bytes
  );
  await withRecord(concatenate(members), async (_path, record) => {
    assert.equal(await record.tar(), assembled);
  });
});

const changes: [what: string, change: (path: string) => void, message: string][] = [
  ["missing", (path) => Deno.removeSync(path), 'layer file "./bin/x" is missing'],
  [
    "shorter",
    (path) => Deno.truncateSync(path, 3),
    'layer file "./bin/x" is shorter than it was',
  ],
  [
    "changed",
    (path) => Deno.writeTextFileSync(path, "hellO\n"),
    'file integrity checksum failed for "./bin/x"',
  ],
  [
    "a symbolic link",
    (path) => {
      Deno.renameSync(path, `${path}2`);
      Deno.symlinkSync("x2", path);
    },
    'layer file "./bin/x" is missing',
  ],
  [
    "a FIFO",
    (path) => {
      Deno.removeSync(path);
      new Deno.Command("mkfifo", { args: [path] }).outputSync();
    },
    'layer file "./bin/x" is shorter than it was',
  ],
  [
    "below a link that leads out",
    (path) => {
      Deno.removeSync(path.replace("/x", ""), { recursive: true });
      Deno.symlinkSync("/tmp", path.replace("/x", ""));
    },
    'layer file "./bin/x" is missing',
  ],
];

for (const [what, change, message] of changes) {
  Deno.test(`a layer file that is ${what} is noticed`, () =>
    withRecord(dockerLines, async (path, record) => {
      change(`${path}/bin/x`);
      await assert.rejects(record.tar(), { name: "CorruptStoreError", message });
    }));
}

Deno.test("a damaged record is noticed", async () => {
  const whole = gzipSync(dockerLines.join("\n")) as Bytes;
  const records: (string[] | Bytes)[] = [
    ["not json"],
    ["null"],
    [`{"type":3,"payload":""}`],
    [`{"type":1,"payload":null}`],
    [`{"type":1,"name":"a","size":-1,"payload":""}`],
    [`{"type":1,"name":"a","size":1.5,"payload":""}`],
    [`{"type":2,"payload":"*"}`],
    [`{"type":2,"payload":7}`],
    whole.subarray(0, whole.length - 9),
    new TextEncoder().encode("not gzip"),
  ];
  for (const lines of records) {
    await withRecord(lines, async (_path, record) => {
      const expected = { name: "CorruptStoreError", message: /^tar-split\.json\.gz is damaged: / };
      await assert.rejects(record.size(), expected);
      await assert.rejects(record.tar(), expected);
    });
  }
});
