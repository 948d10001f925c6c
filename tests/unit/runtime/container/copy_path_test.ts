import { deepEqual, equal, throws } from "node:assert/strict";
import { AT, O } from "../../../../ffi/constants.ts";
import { close, openAt } from "../../../../ffi/file.ts";
import { isDirectory } from "../../../../ffi/stat.ts";
import {
  entryNameOf,
  findPlace,
  parseCopyPath,
  textOf,
} from "../../../../runtime/container/copy_path.ts";
import { openInRoot } from "../../../../runtime/sandbox/rootfs.ts";

Deno.test("parseCopyPath() cleans a path and keeps what its end says", () => {
  const table: [text: string, path: string, ending: string, text: string, entry: string][] = [
    ["/", "/", "", "/", ""],
    ["/.", "/", "/.", "/.", "."],
    [".", "/", "/.", "/.", "."],
    ["..", "/", "", "/", ""],
    ["/d", "/d", "", "/d", "d"],
    ["d", "/d", "", "/d", "d"],
    ["./d", "/d", "", "/d", "d"],
    ["/d/", "/d", "/", "/d/", "d"],
    ["/d//", "/d", "/", "/d/", "d"],
    ["/d/.", "/d", "/.", "/d/.", "."],
    ["/d/./", "/d", "/", "/d/", "d"],
    ["/a/../d/e/..", "/d", "", "/d", "d"],
    ["/d/..", "/", "", "/", ""],
    ["/d/.hidden", "/d/.hidden", "", "/d/.hidden", ".hidden"],
    ["/d/dot.", "/d/dot.", "", "/d/dot.", "dot."],
  ];
  for (const [text, path, ending, shown, entry] of table) {
    const parsed = parseCopyPath(text);
    deepEqual(parsed, { path, ending }, text);
    deepEqual([textOf(parsed), entryNameOf(parsed)], [shown, entry], text);
  }
});

/** A directory that stands for a container's root, opened. */
function withRoot(use: (open: (path: string, flags: number) => number) => void): void {
  const root = Deno.makeTempDirSync();
  for (const path of ["d/e", "other"]) Deno.mkdirSync(`${root}/${path}`, { recursive: true });
  Deno.writeTextFileSync(`${root}/d/f`, "");
  const links = {
    absolute: "/d",
    "d/up": "../../../other",
    "d/tofile": "f",
    chain: "d/up/../d/tofile",
    dangling: "d/none",
    orphan: "none/none",
    slash: "d/e/",
    host: root,
    loop: "loop",
  };
  for (const [name, target] of Object.entries(links)) Deno.symlinkSync(target, `${root}/${name}`);
  const fd = openAt(AT.FDCWD, root, O.PATH | O.DIRECTORY);
  try {
    use((path, flags) => openInRoot(fd, path, flags));
  } finally {
    close(fd);
    Deno.removeSync(root, { recursive: true });
  }
}

Deno.test("findPlace() resolves links inside the root, the last one if it is told to", () => {
  withRoot((open) => {
    const table: [path: string, follow: boolean, base: string, kind: string][] = [
      ["/", false, ".", "directory"],
      ["/d/f", false, "f", "file"],
      ["/absolute", false, "absolute", "link"],
      ["/absolute", true, "d", "directory"],
      ["/absolute/", false, "d", "directory"],
      ["/absolute/.", false, "d", "directory"],
      ["/absolute/f", false, "f", "file"],
      ["/absolute/tofile", true, "f", "file"],
      ["/d/up", true, "other", "directory"],
      ["/chain", true, "f", "file"],
      ["/slash", true, ".", "directory"],
      ["/dangling", false, "dangling", "link"],
      ["/dangling", true, "none", "nothing"],
      ["/none", false, "none", "nothing"],
    ];
    for (const [path, follow, base, kind] of table) {
      using place = findPlace(open, parseCopyPath(path), follow);
      const { stat } = place;
      const found = stat === undefined
        ? "nothing"
        : isDirectory(stat)
        ? "directory"
        : stat.mode >> 12 === 0o12
        ? "link"
        : "file";
      deepEqual([place.base, found], [base, kind], `${path} ${follow}`);
    }
  });
});

Deno.test("findPlace() says which directory is missing, and leads nowhere outside of the root", () => {
  withRoot((open) => {
    const find = (path: string) => () => findPlace(open, parseCopyPath(path), true);
    throws(find("/no/such"), { code: "ENOENT", subject: "/no" });
    throws(find("/orphan"), { code: "ENOENT", subject: "/none" });
    throws(find("/d/f/x"), { code: "ENOTDIR" });
    throws(find("/host"), { code: "ENOENT" });
    throws(find("/host/d"), { code: "ENOENT" });
    throws(find("/loop"), { code: "ELOOP" });
  });
});

Deno.test("findPlace() closes what it opened", () => {
  const count = () => [...Deno.readDirSync("/proc/self/fd")].length;
  withRoot((open) => {
    const before = count();
    for (const path of ["/chain", "/orphan", "/loop", "/d/f/x", "/slash", "/d/e/"]) {
      try {
        findPlace(open, parseCopyPath(path), true)[Symbol.dispose]();
      } catch {
        // Tested above.
      }
    }
    equal(count(), before);
  });
});
