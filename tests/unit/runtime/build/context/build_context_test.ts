import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { AT } from "../../../../../ffi/constants.ts";
import { listNames } from "../../../../../ffi/directory.ts";
import { statAt } from "../../../../../ffi/stat.ts";
import { BuildContext } from "../../../../../runtime/build/context/build_context.ts";
import { checksumSources } from "../../../../../runtime/build/context/checksum.ts";
import { selectSources } from "../../../../../runtime/build/context/select_sources.ts";
import type { CopyOptions } from "../../../../../runtime/build/context/types.ts";
import { ChecksumTable } from "../../../../../storage/build/checksum_table.ts";
import { Store } from "../../../../../storage/store.ts";
import { prepareForWriting } from "../../../../../storage/sweep.ts";
import { root as asRoot } from "../../../../e2e/harness/needs.ts";
import { eventually } from "../../../../e2e/harness/process.ts";
import { testWith } from "../../../../e2e/harness/skip.ts";
import { archive, type Bytes, file, sourceOf, symlink } from "../../../storage/layer/helpers.ts";
import { makeTree, run, type Tree } from "./helpers.ts";

async function inDirectory(use: (path: string, store: Store) => Promise<void>): Promise<void> {
  const path = Deno.makeTempDirSync();
  try {
    const store = new Store(`${path}/store`);
    store.ensureLayout();
    for (const name of ["context", "upper"]) Deno.mkdirSync(`${path}/${name}`);
    await use(path, store);
    assert.deepEqual(listNames(store.temporary), [], "something is left in tmp/");
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

for (
  const [what, pack] of [
    ["plain", (bytes: Bytes) => bytes],
    ["gzip", (bytes: Bytes) => gzipSync(bytes) as Bytes],
  ] as const
) {
  testWith(
    [asRoot],
    `a context is unpacked from an archive: ${what}`,
    () =>
      inDirectory(async (_, store) => {
        const bytes = sourceOf(
          pack(archive(file("./Dockerfile", "FROM scratch\n"), file("a/b", "B"))),
        );
        using context = await BuildContext.open(store, { kind: "archive", bytes });
        assert.equal(context.readText("Dockerfile"), "FROM scratch\n");
        assert.equal(context.readText("none"), undefined);
        assert.deepEqual(selectSources(context, "*/b").map(({ path }) => path), ["a/b"]);
      }),
  );
}

testWith(
  [asRoot],
  "an archive that climbs out of the context is refused, and nothing is left",
  () =>
    inDirectory(async (path, store) => {
      const bytes = sourceOf(archive(file("a", "A"), file("../../evil", "E")));
      await assert.rejects(BuildContext.open(store, { kind: "archive", bytes }), /is outside of/);
      assert.deepEqual(listNames(path), ["context", "store", "upper"]);
    }),
);

testWith(
  [asRoot],
  "a link in the context does not lead the build's own files out of it",
  () =>
    inDirectory(async (path, store) => {
      Deno.writeTextFileSync(`${path}/secret`, "S");
      const bytes = sourceOf(archive(
        symlink(".dockerignore", `${path}/secret`),
        symlink("Dockerfile", "../../../secret"),
        symlink("inside", "/a"),
        file("a", "A"),
      ));
      using context = await BuildContext.open(store, { kind: "archive", bytes });
      assert.equal(context.readText(".dockerignore"), undefined);
      assert.equal(context.readText("Dockerfile"), undefined);
      assert.equal(context.readText("inside"), "A");
    }),
);

testWith([asRoot], "a context that is not there", () =>
  inDirectory(async (path, store) => {
    const open = (name: string) =>
      BuildContext.open(store, { kind: "directory", path: `${path}/${name}` });
    await assert.rejects(open("none"), /unable to prepare context: path ".*none" not found/);
    Deno.writeTextFileSync(`${path}/context/f`, "");
    await assert.rejects(open("context/f"), /unable to prepare context: .*: not a directory/);
  }));

testWith(
  [asRoot],
  "what a killed build has left in tmp/ is swept",
  () =>
    inDirectory((_, store) => {
      Deno.mkdirSync(`${store.temporary}/build-0123456789abcdef/x`, { recursive: true });
      prepareForWriting(store);
      return Promise.resolve();
    }),
);

const before: Tree = ["f 644 0:0 d/a A", "f 644 0:0 d/b B", "d 755 0:0 d/s", "l d/l a"];

/** What is done to a tree, and whether its checksum is another then. */
const changes: [
  what: string,
  change: (path: string) => void,
  options: CopyOptions,
  differs: boolean,
][] = [
  ["nothing", () => {}, {}, false],
  ["times", (d) => Deno.utimeSync(`${d}/a`, 1, 1), {}, false],
  ["owners", (d) => Deno.chownSync(`${d}/a`, 5, 5), {}, false],
  ["content", (d) => Deno.writeTextFileSync(`${d}/a`, "C"), {}, true],
  ["a mode", (d) => Deno.chmodSync(`${d}/a`, 0o600), {}, true],
  ["a mode under --chmod", (d) => Deno.chmodSync(`${d}/a`, 0o600), { mode: () => 0o644 }, false],
  ["a name", (d) => Deno.renameSync(`${d}/a`, `${d}/c`), {}, true],
  ["a file between directories", (d) => Deno.renameSync(`${d}/b`, `${d}/s/b`), {}, true],
  [
    "a link's target",
    (d) => {
      Deno.removeSync(`${d}/l`);
      Deno.symlinkSync("b", `${d}/l`);
    },
    {},
    true,
  ],
  ["a directory", (d) => Deno.mkdirSync(`${d}/t`), {}, true],
];

for (const [what, change, options, differs] of changes) {
  testWith([asRoot], `checksum after a change: ${what}`, () =>
    inDirectory(async (path, store) => {
      makeTree(`${path}/context`, before);
      using context = await BuildContext.open(store, {
        kind: "directory",
        path: `${path}/context`,
      });
      const checksum = (options: CopyOptions) =>
        checksumSources(selectSources(context, "d"), options);
      const first = await checksum(options);
      change(`${path}/context/d`);
      assert.equal(await checksum(options) !== first, differs);
    }));
}

testWith(
  [asRoot],
  "a tree that did not change is not read again",
  () =>
    inDirectory(async (path, store) => {
      makeTree(`${path}/context`, before);
      using context = await BuildContext.open(store, {
        kind: "directory",
        path: `${path}/context`,
      });
      const file = `${path}/context/d/a`;
      const run = async () => {
        const table = ChecksumTable.open(store, context.stat);
        const checksum = await checksumSources(selectSources(context, "d"), { table });
        table.save();
        return checksum;
      };
      const first = await run();
      // A file that has changed a moment ago is not believed to be the same, so it takes a while until it is remembered.
      await eventually("the file is remembered", async () => {
        await run();
        return ChecksumTable.open(store, context.stat).find(statAt(AT.FDCWD, file)) !== undefined;
      });
      assert.equal(await run(), first);
      // What the table says is taken for the content: nobody looks into the file.
      const { device, inode } = context.stat;
      const saved = store.path("build/checksums", `${device.join("-")}-${inode}`);
      const text = Deno.readTextFileSync(saved);
      Deno.writeTextFileSync(saved, text.replace(/ [a-f0-9]{64} /g, ` ${"0".repeat(64)} `));
      assert.notEqual(await run(), first);
      Deno.writeTextFileSync(saved, text);
      Deno.writeTextFileSync(file, "B");
      assert.notEqual(await run(), first);
      assert.equal(ChecksumTable.open(store, context.stat).find(statAt(AT.FDCWD, file)), undefined);
    }),
);

testWith(
  [asRoot],
  "a table that is damaged is as good as none",
  () =>
    inDirectory(async (path, store) => {
      makeTree(`${path}/context`, before);
      using context = await BuildContext.open(store, {
        kind: "directory",
        path: `${path}/context`,
      });
      const first = await checksumSources(selectSources(context, "d"), {});
      const { device, inode } = context.stat;
      Deno.mkdirSync(store.path("build/checksums"), { recursive: true });
      const table = store.path("build/checksums", `${device.join("-")}-${inode}`);
      Deno.writeTextFileSync(table, "0 abc\n\u0000\n9 " + "f".repeat(64) + " x\nhalf");
      const options = { table: ChecksumTable.open(store, context.stat) };
      assert.equal(await checksumSources(selectSources(context, "d"), options), first);
    }),
);

testWith(
  [asRoot],
  "a file that changes between checksum and copy is an error",
  () =>
    inDirectory(async (path, store) => {
      makeTree(`${path}/context`, before);
      using context = await BuildContext.open(store, {
        kind: "directory",
        path: `${path}/context`,
      });
      const table = ChecksumTable.open(store, context.stat);
      await checksumSources(selectSources(context, "d"), { table });
      Deno.writeTextFileSync(`${path}/context/d/b`, "other");
      await assert.rejects(
        run({ context: `${path}/context`, upper: `${path}/upper` }, {
          words: "d /x",
          more: { table },
        }),
        { message: "file changed while it was read: /d/b in context" },
      );
    }),
);

testWith(
  [asRoot],
  "a file that vanishes or grows while it is read is an error",
  () =>
    inDirectory(async (path, store) => {
      using context = await BuildContext.open(store, {
        kind: "directory",
        path: `${path}/context`,
      });
      const d = `${path}/context/d`;
      Deno.mkdirSync(d);
      // The first takes several turns to be read; meanwhile the other one goes, or the first itself grows.
      for (
        const [change, message] of [
          [() => Deno.removeSync(`${d}/z`), /file vanished while it was read: \/d\/z in context/],
          [
            () => Deno.truncateSync(`${d}/a`, 210 << 20),
            /file changed while it was read: \/d\/a in context/,
          ],
        ] as const
      ) {
        Deno.writeTextFileSync(`${d}/a`, "");
        Deno.truncateSync(`${d}/a`, 200 << 20);
        Deno.writeTextFileSync(`${d}/z`, "Z");
        const running = checksumSources(selectSources(context, "d"), {});
        change();
        await assert.rejects(running, message);
      }
    }),
);

testWith([asRoot], "an excluded directory is not walked", () =>
  inDirectory(async (path, store) => {
    makeTree(`${path}/context`, [...before, "f 644 0:0 big/x/y Y"]);
    using context = await BuildContext.open(store, { kind: "directory", path: `${path}/context` });
    const asked: string[] = [];
    const tree = context.excluding((name) => {
      asked.push(name);
      return name === "big";
    });
    await checksumSources(selectSources(tree, "."), {});
    assert.deepEqual(asked.filter((name) => name.startsWith("big")), ["big"]);
  }));
