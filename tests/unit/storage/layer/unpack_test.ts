import assert from "node:assert/strict";
import { unpackArchive } from "../../../../storage/layer/unpack.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import { archive, directory, entry, file, listTree, sourceOf, withScratch } from "./helpers.ts";

testWith(
  [asRoot],
  "unpackArchive() unpacks names as they are, and directories get their times last",
  () =>
    withScratch(async (path, fd) => {
      const bytes = archive(
        entry({ name: "d/", type: "5", modified: "00000000007\0" }),
        directory("other"),
        file("d/.wh.a", "x".repeat(2000)),
      );
      await unpackArchive(sourceOf(bytes, 700), fd, { conflicts: "keep type" });
      assert.deepEqual(listTree(path), ["d/", "d/.wh.a", "other/"]);
      assert.equal(Deno.readTextFileSync(`${path}/d/.wh.a`), "x".repeat(2000));
      assert.equal(Deno.statSync(`${path}/d`).mtime?.getTime(), 7000);
    }),
);

testWith(
  [asRoot],
  "unpackArchive() ends in the error of the archive",
  () =>
    withScratch(async (_path, fd) => {
      const bytes = archive(file("a", "content")).slice(0, 515);
      await assert.rejects(unpackArchive(sourceOf(bytes), fd, { conflicts: "replace" }), {
        name: "ArchiveError",
        message: "unexpected EOF",
      });
    }),
);
