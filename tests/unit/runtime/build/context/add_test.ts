import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { RemoteFile } from "../../../../../runtime/build/context/remote_file.ts";
import { InlineFiles } from "../../../../../runtime/build/context/inline_files.ts";
import { close } from "../../../../../ffi/file.ts";
import { cloneTree, mount } from "../../../../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../../../../ffi/mount_namespace.ts";
import { listNames } from "../../../../../ffi/directory.ts";
import { Store } from "../../../../../storage/store.ts";
import { root as asRoot } from "../../../../e2e/harness/needs.ts";
import { testWith } from "../../../../e2e/harness/skip.ts";
import { archive, type Bytes, directory, file, symlink } from "../../../storage/layer/helpers.ts";
import { type Instruction, listTree, makeTree, run, type Tree } from "./helpers.ts";

const good = archive(directory("d"), file("d/a", "A"), symlink("d/l", "/a"));

/** Files in the context, an ADD, and what comes of it. */
const cases:
  (Instruction & { what: string; files: Record<string, Bytes>; result?: Tree; error?: RegExp })[] =
    [
      {
        what: "an archive",
        files: { "x.tar": good },
        words: "x.tar /x",
        result: ["d 755 0:0 x", "d 755 0:0 x/d", "*f 644 0:0 x/d/a A", "l x/d/l /a"],
      },
      {
        what: "a compressed archive, whatever its name",
        files: { x: gzipSync(good) as Bytes },
        words: "x /x/",
        chown: "7:8",
        result: ["d 755 7:8 x", "d 755 7:8 x/d", "*f 644 7:8 x/d/a A", "l x/d/l /a"],
      },
      {
        what: "an archive and a file",
        files: { "x.tar": good, "y.tar": new TextEncoder().encode("no tar") },
        words: "x.tar y.tar /x/",
        result: [
          "d 755 0:0 x",
          "d 755 0:0 x/d",
          "*f 644 0:0 x/d/a A",
          "l x/d/l /a",
          "*f 644 0:0 x/y.tar no tar",
        ],
      },
      {
        what: "a name that climbs out",
        files: { "x.tar": archive(file("../../evil", "E")) },
        words: "x.tar /x/",
        error: /"\.\.\/\.\.\/evil" is outside of "\/"/,
      },
      {
        what: "a link that leads out, and a file through it",
        files: { "x.tar": archive(symlink("s", "../.."), file("s/evil", "E")) },
        words: "x.tar /x/",
        result: ["d 755 0:0 x", "*f 644 0:0 x/evil E", "l x/s ../.."],
      },
      {
        what: "an archive that is cut off",
        files: { "x.tar": archive(file("a", "A".repeat(2000))).subarray(0, 1024) as Bytes },
        words: "x.tar /x/",
        error: /unexpected EOF/,
      },
    ];

for (const { what, files, result, error, ...instruction } of cases) {
  testWith([asRoot], `ADD ${what}`, async () => {
    const path = Deno.makeTempDirSync();
    try {
      for (const name of ["context", "upper"]) Deno.mkdirSync(`${path}/${name}`);
      for (const [name, bytes] of Object.entries(files)) {
        Deno.writeFileSync(`${path}/context/${name}`, bytes);
      }
      const paths = { context: `${path}/context`, upper: `${path}/upper` };
      const running = run(paths, { ...instruction, isAdd: true });
      if (error) await assert.rejects(running, error);
      else {
        await running;
        assert.deepEqual(listTree(paths.upper), result);
      }
      assert.deepEqual(listNames(path), ["context", "upper"]);
    } finally {
      Deno.removeSync(path, { recursive: true });
    }
  });
}

testWith(
  [asRoot],
  "ADD an archive over an image, whose links lead where the image says",
  async () => {
    const path = Deno.makeTempDirSync();
    try {
      for (const name of ["context", "upper", "lower", "work", "merged"]) {
        Deno.mkdirSync(`${path}/${name}`);
      }
      makeTree(`${path}/lower`, ["d 755 0:0 usr/lib", "l lib usr/lib", "f 644 0:0 etc/d/old old"]);
      const bytes = archive(file("lib/x", "X"), file("etc/d", "D"));
      Deno.writeFileSync(`${path}/context/x.tar`, bytes);
      Deno.writeTextFileSync(`${path}/context/y`, "Y");
      const openMerged = () => {
        const fd = inPrivateMountNamespace(() => {
          const data = `lowerdir=${path}/lower,upperdir=${path}/upper,workdir=${path}/work`;
          mount({ source: "overlay", target: `${path}/merged`, type: "overlay", flags: 0, data });
          return cloneTree(`${path}/merged`, true);
        });
        return { fd, [Symbol.dispose]: () => close(fd) };
      };
      const paths = { context: `${path}/context`, upper: `${path}/upper`, lower: `${path}/lower` };
      await run(paths, { words: "x.tar y /", more: { extraction: { openMerged } } });
      assert.deepEqual(listTree(`${path}/upper`), [
        "d 755 0:0 etc",
        "*f 644 0:0 etc/d D",
        "d 755 0:0 usr",
        "d 755 0:0 usr/lib",
        "*f 644 0:0 usr/lib/x X",
        "*f 644 0:0 y Y",
      ]);
    } finally {
      Deno.removeSync(path, { recursive: true });
    }
  },
);

async function withStore(use: (store: Store, path: string) => Promise<void>): Promise<void> {
  const path = Deno.makeTempDirSync();
  try {
    const store = new Store(`${path}/store`);
    store.ensureLayout();
    await use(store, path);
    assert.deepEqual(listNames(store.temporary), [], "something is left in tmp/");
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

testWith(
  [asRoot],
  "ADD a URL: its name, mode, time and digest",
  () =>
    withStore(async (store, path) => {
      const digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        (request) =>
          request.url.endsWith("/none")
            ? new Response("", { status: 404 })
            : new Response("hello", {
              headers: { "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT" },
            }),
      );
      const base = `http://127.0.0.1:${server.addr.port}`;
      {
        using remote = await RemoteFile.fetch(store, `${base}/a/hello.txt?q=1`, digest);
        assert.equal(remote.digest, digest);
        for (const name of ["context", "upper"]) Deno.mkdirSync(`${path}/${name}`);
        await run({ context: `${path}/context`, upper: `${path}/upper` }, {
          words: "/x/",
          more: { sources: [remote.source] },
        });
        assert.deepEqual(listTree(`${path}/upper`), ["d 755 0:0 x", "f 600 0:0 x/hello.txt hello"]);
      }
      const wrong = digest.replace("2cf", "3cf");
      await assert.rejects(
        RemoteFile.fetch(store, `${base}/x`, wrong),
        /digest mismatch sha256:2cf/,
      );
      await assert.rejects(
        RemoteFile.fetch(store, `${base}/x`, "md5:1"),
        /invalid checksum digest/,
      );
      await assert.rejects(RemoteFile.fetch(store, `${base}/none`), /404/);
    }),
);

testWith([asRoot], "COPY of a heredoc", () =>
  withStore(async (store, path) => {
    for (const name of ["context", "upper"]) Deno.mkdirSync(`${path}/${name}`);
    using inline = InlineFiles.write(store, [
      { name: "EOF", content: "one\n" },
      { name: "EOF2", content: "" },
    ]);
    await run({ context: `${path}/context`, upper: `${path}/upper` }, {
      words: "/x/",
      chmod: "700",
      more: { sources: inline.sources },
    });
    assert.deepEqual(listTree(`${path}/upper`), [
      "d 755 0:0 x",
      "*f 700 0:0 x/EOF one",
      "*f 700 0:0 x/EOF2",
    ]);
  }));
