import assert from "node:assert/strict";
import { AT } from "../../../../ffi/constants.ts";
import { openDirectory } from "../../../../ffi/directory.ts";
import { withFd } from "../../../../ffi/file.ts";
import { statAt } from "../../../../ffi/stat.ts";
import { getAttributeOfPath, listAttributesOfPath } from "../../../../ffi/xattr.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";
import { archive, directory, extract, file, listTree, pax, withScratch } from "./helpers.ts";

const needsRoot = [asRoot];
const read = (path: string) => Deno.readTextFileSync(path);
const stat = (path: string) => statAt(AT.FDCWD, path);

const opaqueOf = (path: string) => getAttributeOfPath(path, "trusted.overlay.opaque")?.[0];
const isWhite = (path: string) => {
  const { mode, nodeDevice } = stat(path);
  return (mode & 0o170000) === 0o020000 && nodeDevice.every((number) => number === 0);
};

testWith(needsRoot, "whiteouts become those of overlayfs", () =>
  withScratch((path, fd) => {
    const size = extract(
      archive(
        file(".wh.gone"),
        file("new/.wh.gone", "content that means nothing"),
        directory("d"),
        file("d/.wh..wh..opq"),
        file("d/f"),
        file(".wh..wh.plnk"),
        file(".wh..wh.aufs"),
        file(".wh..hidden"),
      ),
      fd,
    );
    assert.deepEqual(listTree(path), [".hidden", "d/", "d/f", "gone", "new/", "new/gone"]);
    for (const name of ["gone", "new/gone", ".hidden"]) assert.ok(isWhite(`${path}/${name}`), name);
    assert.equal(opaqueOf(`${path}/d`), 0x79);
    assert.equal(opaqueOf(`${path}/new`), undefined);
    assert.equal(size, 0);
  }));

testWith(
  needsRoot,
  "a whiteout only hides what is in the layers below, whatever the order",
  () =>
    withScratch((path, fd) => {
      extract(
        archive(
          file("f1", "kept"),
          file(".wh.f1"),
          file(".wh.f2"),
          file("f2", "kept"),
          directory("d1"),
          file("d1/kept"),
          file(".wh.d1"),
          file(".wh.d2"),
          directory("d2"),
          file("d2/kept"),
          file(".wh.twice"),
          file(".wh.twice"),
        ),
        fd,
        { conflicts: "refuse" },
      );
      assert.deepEqual(listTree(path), ["d1/", "d1/kept", "d2/", "d2/kept", "f1", "f2", "twice"]);
      assert.deepEqual([read(`${path}/f1`), read(`${path}/f2`)], ["kept", "kept"]);
      assert.deepEqual([opaqueOf(`${path}/d1`), opaqueOf(`${path}/d2`)], [0x79, 0x79]);
    }),
);

testWith(needsRoot, "what is no layer has files of these names", () =>
  withScratch((path, fd) => {
    extract(archive(file(".wh.a"), file(".wh..wh..opq"), file(".wh...")), fd, { form: "plain" });
    assert.deepEqual(listTree(path), [".wh...", ".wh..wh..opq", ".wh.a"]);
  }));

testWith(
  needsRoot,
  "attributes by which overlayfs is steered are dropped, others kept",
  () =>
    withScratch((path, fd) => {
      extract(
        archive(
          pax({
            "SCHILY.xattr.trusted.overlay.redirect": "/etc",
            "SCHILY.xattr.trusted.overlay.opaque": "y",
            "SCHILY.xattr.user.overlay.redirect": "/etc",
            "SCHILY.xattr.trusted.other": "1",
            "SCHILY.xattr.user.mine": "2",
            "SCHILY.xattr.unknown.namespace": "3",
          }),
          directory("d"),
        ),
        fd,
      );
      assert.deepEqual(listAttributesOfPath(`${path}/d`).sort(), ["trusted.other", "user.mine"]);
    }),
);

testWith(
  needsRoot,
  "overlayfs shows what the layers say",
  () =>
    withScratch((_path, _fd, outside) => {
      const layers = [
        archive(file("gone"), file("kept"), file("d/hidden"), file("e/hidden"), file("f/seen")),
        archive(
          file(".wh.gone"),
          directory("d"),
          file("d/.wh..wh..opq"),
          file("d/new"),
          file(".wh.e"),
          directory("e"),
          file("f/.wh.absent"),
          file("f/new"),
        ),
      ];
      for (const [index, layer] of layers.entries()) {
        Deno.mkdirSync(`${outside}/${index}`);
        withFd(openDirectory(AT.FDCWD, `${outside}/${index}`), (fd) => void extract(layer, fd));
      }
      const merged = `${outside}/merged`;
      Deno.mkdirSync(merged);
      const run = (name: string, ...args: string[]) =>
        new Deno.Command(name, { args, stderr: "inherit" }).outputSync().success;
      const options = `lowerdir=${outside}/1:${outside}/0`;
      assert.ok(run("mount", "-t", "overlay", "-o", options, "overlay", merged));
      try {
        assert.deepEqual(listTree(merged), ["d/", "d/new", "e/", "f/", "f/new", "f/seen", "kept"]);
      } finally {
        assert.ok(run("umount", merged));
      }
    }),
);
