import assert from "node:assert/strict";
import { AT } from "../../../ffi/constants.ts";
import { removeTree } from "../../../ffi/directory.ts";

function names(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

Deno.test("removeTree() removes all below a name and follows no symbolic link", () => {
  const directory = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${directory}/tree/a/b`, { recursive: true });
    Deno.mkdirSync(`${directory}/kept`);
    Deno.writeTextFileSync(`${directory}/kept/file`, "kept");
    Deno.symlinkSync("../../kept", `${directory}/tree/a/to-directory`);
    Deno.symlinkSync("nowhere", `${directory}/tree/a/b/dangling`);
    // More than one buffer of getdents64 holds.
    for (let index = 0; index < 2000; index++) {
      Deno.writeTextFileSync(`${directory}/tree/a/b/a-rather-long-name-${index}`, "");
    }

    removeTree(AT.FDCWD, `${directory}/tree`);

    assert.deepEqual(names(directory), ["kept"]);
    assert.deepEqual(names(`${directory}/kept`), ["file"]);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("removeTree() removes a link or a file itself, and needs nothing to be there", () => {
  const directory = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${directory}/kept`);
    Deno.symlinkSync("kept", `${directory}/link`);
    Deno.writeTextFileSync(`${directory}/file`, "");
    for (const name of ["link", "file", "missing"]) removeTree(AT.FDCWD, `${directory}/${name}`);
    assert.deepEqual(names(directory), ["kept"]);
    assert.throws(
      () => removeTree(AT.FDCWD, "/proc/self/mem"),
      /"?\/proc\/self\/mem"?: .*\(EPERM|ENOTDIR\)/,
    );
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
