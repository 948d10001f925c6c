import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { AT, O } from "../../../../ffi/constants.ts";
import { openDirectory } from "../../../../ffi/directory.ts";
import { openAt, withFd } from "../../../../ffi/file.ts";
import { applyLayer } from "../../../../storage/vfs/apply_layer.ts";
import { compareTrees } from "../../../../storage/vfs/compare.ts";
import { copyDirectory } from "../../../../storage/vfs/copy_tree.ts";
import { packDifference } from "../../../../storage/vfs/pack_difference.ts";
import { concatenate } from "../../../../storage/layer/bytes.ts";
import { root } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import { extract, listTree, readArchive, withScratch } from "../layer/helpers.ts";

const open = (path: string) => openDirectory(AT.FDCWD, path);

/** Makes files of their paths and contents; a path that ends with a slash is a directory. */
function make(top: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const full = `${top}/${path}`;
    Deno.mkdirSync(full.replace(/\/[^/]*$/, ""), { recursive: true });
    if (!path.endsWith("/")) Deno.writeTextFileSync(full, content);
  }
}

const changesOf = (base: string, tree: string) =>
  withFd(
    open(base),
    (from) => withFd(open(tree), (to) => compareTrees(from, to, (path) => path === "/ignored")),
  );

testWith(
  [root],
  "a copy has owners, modes, times, links, holes and attributes",
  () =>
    withScratch((top) => {
      const from = `${top}/from`, size = 5_000_000;
      make(from, { "d/file": "content", "d/other": "" });
      Deno.linkSync(`${from}/d/file`, `${from}/linked`);
      Deno.symlinkSync("/nowhere", `${from}/symlink`);
      Deno.chownSync(`${from}/d/file`, 7, 8);
      Deno.chmodSync(`${from}/d/file`, 0o4750);
      Deno.truncateSync(`${from}/d/other`, size);
      for (const path of ["d/file", "d/other", "d"]) Deno.utimeSync(`${from}/${path}`, 5, 5.5);
      copyDirectory(from, `${top}/own`, "own");
      deepEqual(changesOf(from, `${top}/own`), []);
      deepEqual(listTree(`${top}/own`), listTree(from));
      const file = Deno.statSync(`${top}/own/d/file`);
      deepEqual([file.uid, file.gid, file.mode! & 0o7777], [7, 8, 0o4750]);
      equal(file.ino, Deno.statSync(`${top}/own/linked`).ino);
      notEqual(file.ino, Deno.statSync(`${from}/d/file`).ino);
      const sparse = Deno.statSync(`${top}/own/d/other`);
      deepEqual([sparse.size, sparse.blocks], [size, 0]);
      equal(Deno.statSync(`${top}/own/d`).mtime!.getTime(), 5500);

      copyDirectory(from, `${top}/shared`, "share");
      deepEqual(changesOf(from, `${top}/shared`), []);
      equal(Deno.statSync(`${top}/shared/d/file`).ino, Deno.statSync(`${from}/d/file`).ino);
    }),
);

testWith(
  [root],
  "a layer on a copy hides, replaces and adds as in an overlay",
  () =>
    withScratch((top) => {
      const tree = `${top}/tree`, layer = `${top}/layer`;
      make(tree, { "gone": "", "opaque/below": "", "kept/below": "", "file": "", "dir/x": "" });
      make(layer, {
        ".wh.gone": "",
        "opaque/.wh..wh..opq": "",
        "opaque/own": "",
        "kept/own": "",
        "file/now-a-directory": "",
        "dir": "now a file",
        "new/.wh.nothing": "",
        "new/deep/.wh.nothing": "",
        ".wh.both": "",
        "both/own": "",
      });
      make(tree, { "both/below": "" });
      Deno.chmodSync(`${layer}/kept`, 0o711);
      withFd(open(layer), (from) => withFd(open(tree), (to) => applyLayer(from, to)));
      deepEqual(listTree(tree), [
        "both/",
        "both/own",
        "dir",
        "file/",
        "file/now-a-directory",
        "kept/",
        "kept/below",
        "kept/own",
        "new/",
        "new/deep/",
        "opaque/",
        "opaque/own",
      ]);
      equal(Deno.statSync(`${tree}/kept`).mode! & 0o777, 0o711);
    }),
);

testWith(
  [root],
  "what was changed in a copy makes the same copy again",
  () =>
    withScratch((top) => {
      const base = `${top}/base`, tree = `${top}/tree`;
      make(base, { "same": "1", "changed": "1", "removed": "1", "d/e/f": "1", "typed": "1" });
      copyDirectory(base, tree, "own");
      make(tree, { "changed": "12", "added/deep/file": "", "ignored": "" });
      Deno.removeSync(`${tree}/removed`);
      Deno.removeSync(`${tree}/d/e`, { recursive: true });
      Deno.removeSync(`${tree}/typed`);
      make(tree, { "typed/inside": "" });
      Deno.removeSync(`${tree}/ignored`);
      const changes = changesOf(base, tree);
      deepEqual(changes.map(({ kind, path }) => `${kind} ${path}`), [
        "added /added",
        "added /added/deep",
        "added /added/deep/file",
        "changed /changed",
        "changed /d",
        "deleted /d/e",
        "deleted /removed",
        "changed /typed",
        "added /typed/inside",
      ]);
      const archive = withFd(
        open(tree),
        (fd) => concatenate([...packDifference(fd, changes, 1000)].map((chunk) => chunk.slice())),
      );
      const { headers } = readArchive(archive);
      ok(headers.every(({ modified }) => modified.seconds <= 1000));
      ok(headers.some(({ name }) => name === "d/.wh.e"));
      Deno.mkdirSync(`${top}/layer`);
      const layer = openAt(AT.FDCWD, `${top}/layer`, O.RDONLY | O.DIRECTORY);
      withFd(layer, (fd) => {
        extract(archive, fd, { form: "archive", conflicts: "refuse" });
        copyDirectory(base, `${top}/again`, "share");
        withFd(open(`${top}/again`), (to) => applyLayer(fd, to));
      });
      deepEqual(listTree(`${top}/again`), listTree(tree));
    }),
);
