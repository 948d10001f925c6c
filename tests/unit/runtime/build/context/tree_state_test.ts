import assert from "node:assert/strict";
import { close, openAt } from "../../../../../ffi/file.ts";
import { AT, O } from "../../../../../ffi/constants.ts";
import { statAt, statIfExists } from "../../../../../ffi/stat.ts";
import { checksumSources } from "../../../../../runtime/build/context/checksum.ts";
import { selectSources } from "../../../../../runtime/build/context/select_sources.ts";
import { treeStateOf } from "../../../../../runtime/build/context/tree_state.ts";
import type { SourceTree } from "../../../../../runtime/build/context/types.ts";
import { ignoring } from "../../../../../runtime/build/frontend/ignore_file.ts";
import { ChecksumTable } from "../../../../../storage/build/checksum_table.ts";
import { Store } from "../../../../../storage/store.ts";
import { eventually } from "../../../../e2e/harness/process.ts";

/** A context with a file that is left out, in a directory of its own. */
async function inContext(use: (path: string, tree: SourceTree) => Promise<void>): Promise<void> {
  const path = Deno.makeTempDirSync();
  Deno.mkdirSync(`${path}/d/e/f`, { recursive: true });
  for (const name of ["a", "d/b", "d/e/c", "d/e/f/log"]) {
    Deno.writeTextFileSync(`${path}/${name}`, name);
  }
  Deno.symlinkSync("b", `${path}/d/link`);
  const root = openAt(AT.FDCWD, path, O.RDONLY | O.DIRECTORY);
  try {
    await use(path, { root, name: "context", ownership: "root", exclude: ignoring(["**/log"]) });
  } finally {
    close(root);
    Deno.removeSync(path, { recursive: true });
  }
}

async function keyOf(tree: SourceTree, word = "d", words = "", exclude: string[] = []) {
  const options = { words, ...(exclude.length > 0 && { exclude: ignoring(exclude) }) };
  return (await treeStateOf(selectSources(tree, word), options))?.key;
}

Deno.test("a tree that is only read keeps its state", () =>
  inContext(async (path, tree) => {
    const before = await keyOf(tree);
    Deno.utimeSync(`${path}/a`, 1, 1);
    Deno.readTextFileSync(`${path}/d/e/c`);
    Deno.writeTextFileSync(`${path}/d/e/f/log`, "is left out");
    assert.equal(await keyOf(tree), before);
  }));

const changes: [what: string, change: (path: string) => void][] = [
  ["content", (path) => Deno.writeTextFileSync(`${path}/d/e/c`, "other content")],
  ["a time", (path) => Deno.utimeSync(`${path}/d/b`, 1, 1)],
  ["a mode", (path) => Deno.chmodSync(`${path}/d/b`, 0o700)],
  ["the mode of a directory", (path) => Deno.chmodSync(`${path}/d/e`, 0o700)],
  ["the mode of the topmost", (path) => Deno.chmodSync(`${path}/d`, 0o700)],
  ["a new file", (path) => Deno.writeTextFileSync(`${path}/d/e/f/new`, "")],
  ["a file that goes", (path) => Deno.removeSync(`${path}/d/e/c`)],
  ["a name", (path) => Deno.renameSync(`${path}/d/e/c`, `${path}/d/e/d`)],
  ["a second name", (path) => Deno.linkSync(`${path}/d/b`, `${path}/other`)],
  ["where a link leads", (path) => {
    Deno.removeSync(`${path}/d/link`);
    Deno.symlinkSync("e/c", `${path}/d/link`);
  }],
];

for (const [what, change] of changes) {
  Deno.test(`a tree's state tells of ${what}`, () =>
    inContext(async (path, tree) => {
      const before = await keyOf(tree);
      change(path);
      assert.notEqual(await keyOf(tree), before);
    }));
}

Deno.test("a state is that of what is copied, and how", () =>
  inContext(async (_, tree) => {
    const keys = [
      await keyOf(tree),
      await keyOf(tree, "/"),
      await keyOf(tree, "a"),
      await keyOf(tree, "d/*"),
      await keyOf(tree, "d", "--chmod=600"),
      await keyOf(tree, "d", "", ["b"]),
      await keyOf({ ...tree, exclude: ignoring([]) }),
      await keyOf({ ...tree, ownership: "kept" }),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(keys.every((key) => key?.startsWith("sha256:")));
    const unknown = { ...tree, exclude: () => false };
    assert.equal(await treeStateOf(selectSources(tree, "d"), {}), undefined);
    assert.equal(await keyOf(unknown), undefined, "a filter that cannot be told");
  }));

Deno.test("more than fits in one piece of memory is told of as well", () =>
  inContext(async (path, tree) => {
    Deno.mkdirSync(`${path}/d/many`);
    const names = Array.from({ length: 1400 }, (_, i) => String(i).padStart(200, "0"));
    for (const name of names) Deno.writeTextFileSync(`${path}/d/many/${name}`, "");
    const before = await keyOf(tree);
    assert.equal(await keyOf(tree), before);
    Deno.chmodSync(`${path}/d/many/${names.at(-1)}`, 0o600);
    const changed = await keyOf(tree);
    assert.notEqual(changed, before);
    Deno.chmodSync(`${path}/d/many/${names[0]}`, 0o600);
    assert.notEqual(await keyOf(tree), changed);
  }));

Deno.test("what came of a tree is remembered once nothing in it is young", () =>
  inContext(async (path, tree) => {
    const store = new Store(`${path}/store`);
    Deno.mkdirSync(store.root);
    const run = async () => {
      const table = ChecksumTable.open(store, statAt(tree.root, ""));
      const checksum = await checksumSources(selectSources(tree, "d"), { table, words: "" });
      table.save();
      return checksum;
    };
    const { device, inode } = statAt(tree.root, "");
    const saved = store.path("build/checksums", `${device.join("-")}-${inode}-trees`);
    const first = await run();
    await eventually("it is remembered", async () => {
      assert.equal(await run(), first);
      return statIfExists(AT.FDCWD, saved) !== undefined;
    });
    // What is remembered is taken for the checksum: nobody looks at the files.
    const forged = `sha256:${"0".repeat(64)}`;
    Deno.writeTextFileSync(saved, Deno.readTextFileSync(saved).replace(first, forged));
    assert.equal(await run(), forged);
    Deno.writeTextFileSync(saved, "damaged");
    assert.equal(await run(), first);
    Deno.writeTextFileSync(`${path}/d/b`, "changed");
    assert.notEqual(await run(), first);
  }));
