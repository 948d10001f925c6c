import { deepEqual } from "node:assert/strict";
import { AT, S } from "../../../../ffi/constants.ts";
import { changeMode, makeNode } from "../../../../ffi/file.ts";
import { setAttributeOfPath } from "../../../../ffi/xattr.ts";
import { listChanges } from "../../../../storage/overlay2/changes.ts";
import { root as asRoot } from "../../../e2e/harness/needs.ts";
import { testWith } from "../../../e2e/harness/skip.ts";

const OLD = new Date("2001-02-03T04:05:06Z");

/** Two layers below one, to be filled by hand as overlayfs would fill them. */
function withLayers(use: (upper: Layer, middle: Layer, lowest: Layer) => void): void {
  const path = Deno.makeTempDirSync();
  try {
    use(new Layer(`${path}/upper`), new Layer(`${path}/middle`), new Layer(`${path}/lowest`));
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

class Layer {
  constructor(readonly path: string) {
    Deno.mkdirSync(path);
  }

  /** Files with their parents; the same content has the same time. */
  files(...names: string[]): void {
    for (const name of names) {
      const [file, content = ""] = name.split("=");
      Deno.mkdirSync(`${this.path}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${this.path}/${file}`, content);
      Deno.utimeSync(`${this.path}/${file}`, OLD, OLD);
    }
  }

  opaque(name: string): void {
    Deno.mkdirSync(`${this.path}/${name}`, { recursive: true });
    const value = new TextEncoder().encode("y");
    setAttributeOfPath(`${this.path}/${name}`, "trusted.overlay.opaque", value);
  }

  whiteout(name: string): void {
    Deno.mkdirSync(`${this.path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    makeNode(AT.FDCWD, `${this.path}/${name}`, S.IFCHR, 0);
  }
}

const letters = { added: "A", changed: "C", deleted: "D" };

function changesOf(upper: Layer, ...lower: Layer[]): string[] {
  return listChanges(upper.path, lower.map(({ path }) => path))
    .map(({ kind, path }) => `${letters[kind]} ${path}`);
}

testWith([asRoot], "listChanges() tells what is new, other, or gone, in order", () => {
  withLayers((upper, middle, lowest) => {
    lowest.files("d/changed=a", "d/gone", "d/kept", "gone/x");
    middle.files("d/later=a");
    upper.files("d/changed=bb", "d/new", "d/later=bb", "new/x");
    upper.whiteout("d/gone");
    upper.whiteout("gone");
    deepEqual(changesOf(upper, middle, lowest), [
      "C /d",
      "C /d/changed",
      "D /d/gone",
      "C /d/later",
      "A /d/new",
      "D /gone",
      "A /new",
      "A /new/x",
    ]);
  });
});

testWith([asRoot], "listChanges() leaves out what was only copied up", () => {
  withLayers((upper, middle, lowest) => {
    lowest.files("d/same=a", "e/same", "mode", "m/x");
    upper.files("d/same=a", "mode");
    Deno.mkdirSync(`${upper.path}/e`);
    Deno.mkdirSync(`${upper.path}/m`);
    changeMode(AT.FDCWD, `${upper.path}/mode`, 0o600);
    changeMode(AT.FDCWD, `${upper.path}/m`, 0o700);
    deepEqual(changesOf(upper, middle, lowest), ["C /m", "C /mode"]);
  });
});

testWith([asRoot], "listChanges() lists what an opaque directory hides, at any depth", () => {
  withLayers((upper, middle, lowest) => {
    lowest.files("o/a=1", "o/b", "o/deep/x", "o/deep/y/z", "o/whole/x");
    middle.files("o/m");
    middle.whiteout("o/b");
    upper.opaque("o");
    upper.files("o/a=22", "o/deep/new", "o/deep/y/z");
    deepEqual(changesOf(upper, middle, lowest), [
      "C /o",
      "C /o/a",
      "C /o/deep",
      "A /o/deep/new",
      "D /o/deep/x",
      "D /o/m",
      "D /o/whole",
    ]);
  });
});

testWith([asRoot], "listChanges() takes one kind of file in place of another for a change", () => {
  withLayers((upper, middle, lowest) => {
    lowest.files("file", "directory/x", "link");
    upper.files("file/x", "directory");
    Deno.symlinkSync("x", `${upper.path}/link`);
    deepEqual(changesOf(upper, middle, lowest), [
      "C /directory",
      "C /file",
      "A /file/x",
      "C /link",
    ]);
  });
});
