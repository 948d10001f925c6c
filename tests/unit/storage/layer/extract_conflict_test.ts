import assert from "node:assert/strict";
import { AT } from "../../../../ffi/constants.ts";
import { statAt } from "../../../../ffi/stat.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import {
  archive,
  directory,
  extract,
  file,
  link,
  listTree,
  symlink,
  withScratch,
} from "./helpers.ts";

const needsRoot = [asRoot];
const read = (path: string) => Deno.readTextFileSync(path);
const stat = (path: string) => statAt(AT.FDCWD, path);
const modeOf = (path: string) => (stat(path).mode & 0o7777).toString(8);

testWith(needsRoot, "an entry takes the place of what is there", () =>
  withScratch((path, fd) => {
    extract(
      archive(
        file("f", "old"),
        file("f", "new"),
        directory("d", "0000700\0"),
        file("d/kept"),
        directory("d", "0000711\0"),
        directory("gone"),
        file("gone/inside"),
        file("gone", "a file now"),
        symlink("s", "f"),
        file("s", "not through the link"),
        file("t"),
        directory("t"),
        file("t/inside"),
      ),
      fd,
    );
    assert.deepEqual(listTree(path), ["d/", "d/kept", "f", "gone", "s", "t/", "t/inside"]);
    assert.deepEqual(["f", "gone", "s"].map((name) => read(`${path}/${name}`)), [
      "new",
      "a file now",
      "not through the link",
    ]);
    assert.equal(modeOf(`${path}/d`), "711");
  }));

testWith(
  needsRoot,
  "a link that is replaced leads where the new one says",
  () =>
    withScratch((path, fd) => {
      extract(
        archive(
          directory("a"),
          directory("b"),
          symlink("s", "a"),
          file("s/one"),
          symlink("s", "b"),
          file("s/two"),
        ),
        fd,
      );
      assert.deepEqual(listTree(path), ["a/", "a/one", "b/", "b/two", "s -> b"]);
    }),
);

testWith(
  needsRoot,
  "a layer that has two of one name is refused, in docker's words",
  () =>
    withScratch((_path, fd) => {
      const cases = [
        [file("x", "1"), file("./x", "2")],
        [file("x", "1"), symlink("x", "y")],
        [symlink("x", "y"), directory("x")],
        [file("d/x"), file("d")],
        [directory("e"), symlink("s", "e"), file("e/x"), file("s/x")],
      ];
      for (const parts of cases) {
        assert.throws(() => extract(archive(...parts), fd, { conflicts: "refuse" }), {
          name: "ArchiveError",
          message: /^duplicates of file paths not supported: "/,
        });
      }
      extract(archive(directory("twice"), directory("twice")), fd, { conflicts: "refuse" });
    }),
);

testWith(needsRoot, "docker cp keeps directories directories", () =>
  withScratch((path, fd) => {
    Deno.mkdirSync(`${path}/to/d`, { recursive: true });
    Deno.writeTextFileSync(`${path}/to/f`, "old");
    const options = { form: "plain", conflicts: "keep type", destination: "to" } as const;
    assert.throws(() => extract(archive(file("d")), fd, options), {
      message: 'cannot overwrite directory "/to/d" with non-directory "/to"',
    });
    assert.throws(() => extract(archive(directory("f")), fd, options), {
      message: 'cannot overwrite non-directory "/to/f" with directory "/to"',
    });
    extract(archive(file("f", "new"), directory("d")), fd, {
      ...options,
      owner: { uid: 7, gid: 8 },
    });
    assert.equal(read(`${path}/to/f`), "new");
    assert.deepEqual([stat(`${path}/to/f`).uid, stat(`${path}/to/d`).gid], [7, 8]);
  }));

testWith(
  needsRoot,
  "a destination is a place below the root, where links are still those of the root",
  () =>
    withScratch((path, fd) => {
      Deno.mkdirSync(`${path}/nowhere`);
      Deno.symlinkSync("/nowhere", `${path}/link`);
      const options = { form: "plain", conflicts: "replace", destination: "link/sub" } as const;
      extract(
        archive(file("a", "1"), link("b", "a"), symlink("up", "/nowhere"), file("up/c")),
        fd,
        options,
      );
      assert.deepEqual(listTree(`${path}/nowhere`), [
        "c",
        "sub/",
        "sub/a",
        "sub/b",
        "sub/up -> /nowhere",
      ]);
      assert.throws(() => extract(archive(file("../x")), fd, options), /is outside of/);
      assert.throws(() => extract(archive(link("x", "../c")), fd, options), /invalid hardlink/);
    }),
);
