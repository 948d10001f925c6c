import assert from "node:assert/strict";
import { AT, O } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { openAt, withFd } from "../../ffi/file.ts";
import { statAt } from "../../ffi/stat.ts";
import { root as asRoot } from "../e2e/harness/needs.ts";
import { testWith } from "../e2e/harness/skip.ts";
import { fuzz, isOneLine, isTold, type Random } from "./fuzz.ts";
import {
  archive,
  type Bytes,
  entry,
  extract,
  octal,
  pax,
  type RawHeader,
  withScratch,
} from "./storage/layer/helpers.ts";

const names = [
  ...["a", "b", "a/b", "a/b/c", "dir", "dir/x", "link", "link/x", ".", "..", "../evil", "/", "//"],
  ...[
    "a/../../evil",
    "../canary",
    "/../../canary",
    "./a/./b",
    "dir/.wh.x",
    ".wh.a",
    ".wh..",
    ".wh...",
  ],
  ...[
    ".wh.",
    ".wh..wh..opq",
    "dir/.wh..wh..opq",
    "link/../canary",
    "a//b///",
    "\0",
    "é",
    "x".repeat(100),
  ],
];
const types = [
  "0",
  "0",
  "0",
  "\0",
  "1",
  "1",
  "2",
  "2",
  "3",
  "4",
  "5",
  "5",
  "6",
  "7",
  "x",
  "g",
  "L",
  "K",
  "S",
  "Z",
];
const numbers = [
  "0000644\0",
  "0004777\0",
  "7777777\0",
  "",
  "99999999",
  "-1",
  "0000000 ",
  "\x80\0\0\0\0\0\0\x05",
  "\xff",
];
const keys = ["path", "linkpath", "size", "uid", "gid", "mtime", "atime", "SCHILY.xattr.user.a"];
const records = [
  ...keys,
  ...[
    "SCHILY.xattr.security.capability",
    "SCHILY.xattr.trusted.overlay.opaque",
    "GNU.sparse.major",
  ],
  ...["GNU.sparse.realsize", "GNU.sparse.map", "GNU.sparse.name", "", "SCHILY.xattr."],
];
const values = [
  "1",
  "-1",
  "1.5",
  "1e99",
  "99999999999999999999",
  "",
  "../evil",
  "/../canary",
  "0,1,2",
  "x\0y",
];

const tameNames = [
  "a",
  "a/b",
  "a/b/c",
  "dir",
  "dir/x",
  "link",
  "link/x",
  "dir/.wh.x",
  ".wh.a",
  "é",
  "./x",
];
const tameTypes = ["0", "0", "1", "2", "2", "3", "4", "5", "5", "6"];

/** One entry; of `wildness` is how likely each of its parts is what no honest archive has. */
function randomEntry(random: Random, outside: string, wildness: number): Bytes {
  const isWild = () => random.chance(wildness);
  const wildName = () => {
    const chosen = random.pick([...names, `${outside}/canary`, `${outside}/evil`]);
    return random.chance(0.2) ? random.spoil(chosen) : chosen;
  };
  const name = () => isWild() ? wildName() : random.pick(tameNames);
  if (isWild()) {
    const value = () => random.chance(0.3) ? name() : random.pick(values);
    const some = random.list(3, () => [random.pick(records), value()]);
    return pax(Object.fromEntries(some), random.pick(["x", "x", "x", "g"]));
  }
  const fields: RawHeader = {
    name: name().slice(0, 100),
    type: random.pick(isWild() ? types : tameTypes),
    // Where a link leads is anything: what is made through it must stay inside.
    linkName: (random.chance(0.5) ? wildName() : random.pick(tameNames)).slice(0, 100),
  };
  if (isWild()) fields.mode = random.pick(numbers);
  if (isWild()) fields.uid = random.pick(numbers);
  if (isWild()) fields.size = octal(random.below(5000));
  if (isWild()) fields.modified = random.pick(numbers);
  if (isWild()) fields.prefix = name().slice(0, 155);
  if (isWild()) fields.deviceMajor = random.pick(numbers);
  if (isWild()) fields.magic = random.pick(["", "ustar  \0", "ustar\0xx"]);
  if (isWild() && isWild()) fields.checksum = "0000000\0";
  const hasContent = fields.type === "0" || isWild();
  return entry(fields, hasContent ? "x".repeat(random.below(1500)) : "");
}

/** An archive that is whole, or that is cut, or has bytes in it that are no one's. */
function randomArchive(random: Random, outside: string): Bytes {
  const wildness = random.pick([0, 0, 0.01, 0.05, 0.3]);
  const entries = { length: ENTRIES };
  const bytes = archive(...Array.from(entries, () => randomEntry(random, outside, wildness)));
  if (random.chance(0.1)) return bytes.slice(0, random.below(bytes.length));
  if (random.chance(0.1)) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return bytes;
}

const ENTRIES = 10, ARCHIVES = 1000;

/** All that an archive could do to a file beside the root. */
function look(path: string): string {
  const { inode, mode, uid, size, modified, linkCount } = statAt(AT.FDCWD, path);
  return `${inode} ${mode} ${uid} ${size} ${modified.seconds} ${linkCount} ${
    Deno.readTextFileSync(path)
  }`;
}

testWith([asRoot], "no archive of ten thousand random entries gets out of its root", async () => {
  let made = 0;
  await withScratch(async (_, __, outside) => {
    Deno.writeTextFileSync(`${outside}/canary`, "canary");
    const before = look(`${outside}/canary`), root = `${outside}/root`;
    await fuzz(ARCHIVES, (random) => {
      Deno.removeSync(root, { recursive: true });
      Deno.mkdirSync(root);
      const form = random.pick(["overlay", "plain"] as const);
      const conflicts = random.pick(["replace", "keep type", "refuse"] as const);
      const bytes = randomArchive(random, outside);
      try {
        const open = openAt(AT.FDCWD, root, O.RDONLY | O.DIRECTORY);
        withFd(open, (fd) => extract(bytes, fd, { form, conflicts }));
      } catch (error) {
        assert.ok(isTold(error) && isOneLine(error), (error as Error).message);
      }
      made += listNames(root).length;
      assert.equal(look(`${outside}/canary`), before);
      const beside = [...Deno.readDirSync(outside)].map(({ name }) => name).sort();
      assert.deepEqual(beside, ["canary", "root"]);
      assert.ok(Deno.lstatSync(root).isDirectory);
    });
  });
  assert.ok(Deno.env.has("BOX_FUZZ_ROUNDS") || made > 500, `only ${made} files were made`);
});
