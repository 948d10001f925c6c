import assert from "node:assert/strict";
import { AT } from "../../../../ffi/constants.ts";
import { statAt } from "../../../../ffi/stat.ts";
import { listAttributesOfPath } from "../../../../ffi/xattr.ts";
import { parentOf } from "../../../../storage/layer/name.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import {
  archive,
  type Bytes,
  directory,
  entry,
  extract,
  file,
  link,
  listTree,
  pax,
  symlink,
  withScratch,
} from "./helpers.ts";

const needsRoot = [asRoot];
const read = (path: string) => Deno.readTextFileSync(path);
const stat = (path: string) => statAt(AT.FDCWD, path);

/**
 * Archives that try to get out. `canary` lies outside of the root and must stay as it is, and nothing may appear beside it.
 * Some are refused, with this message; others do no harm.
 */
const breakouts: [
  what: string,
  parts: (outside: string, fd: number) => Bytes[],
  message?: RegExp,
][] = [
  ["a name with ..", () => [file("../evil")], /"\.\.\/evil" is outside of "\/"/],
  ["a name with .. inside", () => [file("a/../../evil")], /is outside of "\/"/],
  ["an absolute name", (outside) => [file(`${outside}/evil`)]],
  ["an absolute name with ..", () => [file("/../../../evil")]],
  ["a directory with ..", () => [directory("../evil")], /is outside of "\/"/],
  ["a symbolic link with ..", () => [symlink("../evil", "x")], /is outside of "\/"/],
  ["an absolute symbolic link as a parent", (outside) => [
    symlink("s", outside),
    file("s/evil"),
  ], /open \/s\/evil: no such file or directory|mkdir/],
  ["a relative symbolic link as a parent", () => [symlink("s", "../.."), file("s/evil")]],
  ["a symbolic link as a grandparent", () => [symlink("s", ".."), file("s/a/b/evil")]],
  ["a chain of symbolic links", () => [
    symlink("a", ".."),
    symlink("b", "a/.."),
    file("b/evil"),
  ]],
  ["a symbolic link as the file itself", (outside) => [
    symlink("s", `${outside}/canary`),
    file("s", "overwritten"),
  ]],
  ["a symbolic link as the directory itself", (outside) => [
    symlink("s", outside),
    directory("s", "0000777\0"),
    file("s/evil"),
  ]],
  [
    "a hard link to what is outside",
    () => [link("l", "../canary")],
    /^invalid hardlink "l" -> "\.\.\/canary"$/,
  ],
  ["a hard link by an absolute path", (outside) => [
    link("l", `${outside}/canary`),
    file("l", "overwritten"),
  ], /no such file or directory/],
  ["a hard link through a symbolic link", () => [
    symlink("s", ".."),
    link("l", "s/canary"),
  ], /no such file or directory/],
  ["a hard link to a symbolic link that is overwritten", (outside) => [
    symlink("s", `${outside}/canary`),
    link("l", "s"),
    file("l", "overwritten"),
  ]],
  ["a hard link to the root", () => [link("l", "/")], /^invalid hardlink/],
  ["a hard link to a directory", () => [directory("d"), link("l", "d")], /operation not permitted/],
  ["a parent that becomes a symbolic link", (outside) => [
    directory("d"),
    file("d/one"),
    symlink("d", outside),
    file("d/evil"),
  ], /no such file or directory/],
  ["a whiteout of ..", () => [file(".wh...")], /^invalid whiteout "\.wh\.\.\."$/],
  ["a whiteout of .. below", () => [directory("d"), file("d/.wh...")], /^invalid whiteout/],
  ["a whiteout of .", () => [file(".wh..")], /^invalid whiteout/],
  ["a whiteout of nothing", () => [file(".wh.")], /^invalid whiteout/],
  ["a whiteout outside", () => [file("../.wh.canary")], /is outside of "\/"/],
  ["a whiteout through a symbolic link", () => [symlink("s", ".."), file("s/.wh.canary")]],
  ["an opaque marker outside", () => [file("../.wh..wh..opq")], /is outside of "\/"/],
  [
    "a magic link as a parent",
    (_, fd) => [symlink("s", `/proc/self/fd/${fd}/..`), file("s/evil")],
    /no such file/,
  ],
  [
    "a loop of symbolic links",
    () => [symlink("a", "b"), symlink("b", "a"), file("a/evil")],
    /too many levels/,
  ],
  ["a file as a parent", () => [file("f"), file("f/evil")], /open \/f\/evil: not a directory/],
  ["a FIFO in the place of a file", () => [entry({ name: "p", type: "6" }), file("p", "no hang")]],
  ["a device in the place of a file", () => [
    entry({ name: "c", type: "3", deviceMajor: "0000001\0", deviceMinor: "0000003\0" }),
    file("c", "not into /dev/null"),
  ]],
  [
    "a name that is too long",
    () => [pax({ path: "n".repeat(256) }), file("x")],
    /^open \/n{256}: file name too long/,
  ],
  [
    "a path that is too long",
    () => [pax({ path: "d/".repeat(3000) + "f" }), file("x")],
    /file name too long/,
  ],
];

for (const [what, parts, message] of breakouts) {
  testWith(needsRoot, `${what} does not lead out`, () =>
    withScratch((_path, fd, outside) => {
      Deno.writeTextFileSync(`${outside}/canary`, "untouched");
      const before = stat(outside);
      const run = () => extract(archive(...parts(outside, fd)), fd);
      if (message === undefined) run();
      else assert.throws(run, { message });
      assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name).sort(), [
        "canary",
        "root",
      ]);
      assert.equal(read(`${outside}/canary`), "untouched");
      assert.equal(stat(`${outside}/canary`).linkCount, 1);
      assert.deepEqual(stat(outside).modified, before.modified);
      assert.equal(stat(outside).mode, before.mode);
      assert.deepEqual(listAttributesOfPath(outside), []);
    }));
}

testWith(
  needsRoot,
  "what leads up through links ends at the root",
  () =>
    withScratch((path, fd) => {
      extract(
        archive(
          symlink("up", "../../.."),
          file("up/nowhere/one", "1"),
          symlink("absolute", "/nowhere"),
          file("absolute/two", "2"),
          file("/absolute/../three", "3"),
        ),
        fd,
      );
      assert.deepEqual(listTree(path), [
        "absolute -> /nowhere",
        "nowhere/",
        "nowhere/one",
        "nowhere/two",
        "three",
        "up -> ../../..",
      ]);
    }),
);

testWith(
  needsRoot,
  "no mixture of hostile names leads out or hangs",
  () =>
    withScratch((path, fd, outside) => {
      Deno.writeTextFileSync(`${outside}/canary`, "untouched");
      const before = stat(outside);
      const names = [
        "a",
        "b",
        "a/b",
        "b/a/c",
        "/a",
        "./b/",
        "..",
        "a/..",
        "../canary",
        "b/../../c",
      ];
      names.push(".wh.a", "a/.wh.b", ".wh..wh..opq", "b/.wh..wh..opq", ".wh...", ".", "", "a//b/.");
      const targets = [
        "a",
        "b",
        "..",
        "../..",
        outside,
        `${outside}/root`,
        `${outside}/canary`,
        ".",
        "../canary",
        "",
      ];
      let seed = 11, written = 0;
      const pick = <T>(list: readonly T[]): T =>
        list[(seed = (seed * 48271) % 0x7fffffff) % list.length];
      for (let round = 0; round < 800; round++) {
        const parts = Array.from({ length: 3 }, () => {
          const type = pick(["0", "0", "1", "2", "2", "5", "6"]);
          return entry(
            { name: pick(names), linkName: pick(targets), type },
            type === "0" ? "x" : "",
          );
        });
        const options = {
          form: pick(["overlay", "plain"] as const),
          conflicts: pick(["replace", "keep type", "refuse"] as const),
          destination: pick(["", "a", "a/b"]),
        };
        try {
          extract(archive(...parts), fd, options);
          written++;
        } catch (error) {
          assert.match(
            (error as Error).name,
            /^(ArchiveError|SystemError)$/,
            (error as Error).stack,
          );
        }
        // At once, so that code that is wrong does not climb on from where it got to.
        for (let above = outside, level = 0; level < 12; above = parentOf(above), level++) {
          assert.equal([...Deno.readDirSync(above)].length, level === 0 ? 2 : 1, above);
        }
        if (round % 8 === 0) {
          for (const { name } of Deno.readDirSync(path)) {
            Deno.removeSync(`${path}/${name}`, { recursive: true });
          }
        }
      }
      assert.ok(written > 50, `${written} archives were unpacked`);
      assert.equal(read(`${outside}/canary`), "untouched");
      assert.deepEqual({ ...stat(outside), accessed: 0 }, { ...before, accessed: 0 });
      assert.deepEqual(listAttributesOfPath(outside), []);
    }),
);
