/** Archives of a root file system that are broken, or made to break out of where they are unpacked. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  archive,
  type Bytes,
  directory,
  entry,
  file,
  link,
  octal,
  pax,
  rawHeader,
  symlink,
} from "../unit/storage/layer/helpers.ts";
import { assertTidy, type Box, boxTest, onlyLine, refuses, run } from "./harness.ts";
import { STRIDE } from "./harness/sample.ts";

const good = archive(
  directory("d"),
  file("d/f", "content ".repeat(500)),
  symlink("d/s", "f"),
  link("l", "d/f"),
  file("g", "more"),
);

function gzip(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).bytes() as Promise<Bytes>;
}

boxTest("an archive cut off anywhere is refused, compressed or not", async (box) => {
  await box.ok("import - whole:1", { stdin: good });
  const message = "Error response from daemon: unexpected EOF";
  // What follows the last file is but padding and the end marker, which may be missing.
  const end = good.length - 1024 - 508;
  for (const at of [1, 100, 511, 513, 1000, 1024 + 300, 3000, 5700, end - 1]) {
    await refuses(box, "import - cut:1", { message, stdin: good.slice(0, at) });
  }
  const compressed = await gzip(good);
  for (const at of [3, 11, 60, compressed.length - 9, compressed.length - 1]) {
    await refuses(box, "import - cut:1", { message, stdin: compressed.slice(0, at) });
  }
});

boxTest("a byte that changed is noticed, or does no harm", async (box) => {
  await box.ok("import - whole:1", { stdin: good });
  for (const [bytes, step] of [[good, 59], [await gzip(good), 5]] as const) {
    for (let at = 0; at < bytes.length && at < 5 * 512; at += step * STRIDE) {
      const changed = bytes.slice();
      changed[at] ^= 0x41;
      const result = await box.run("import - changed:1", { stdin: changed });
      if (result.code === 0) await box.ok("rmi changed:1");
      else {
        equal(result.code, 1);
        match(onlyLine(result.stderr), /^(Error response from daemon|box): .+/);
      }
      assertTidy(box.root);
    }
  }
  equal(await box.ok(["images", "--format", "{{.Repository}}"]), "whole");
});

/** Fields of a header that are no numbers, or too large; and other things that no archiver makes. */
const malformed: [what: string, archive: Bytes, message: RegExp][] = [
  ["noise", crypto.getRandomValues(new Uint8Array(4096)), /wrong checksum at byte 0$/],
  ["a wrong checksum", archive(rawHeader({ checksum: "000000\0 " })), /wrong checksum at byte 0$/],
  ["a negative size", archive(rawHeader({ name: "x", size: "-0000000001\0" })), /malformed size/],
  ["a size of 8 GiB", archive(rawHeader({ name: "x", size: "77777777777\0" })), /unexpected EOF$/],
  ["an extended header of 200 MB", archive(entry({ type: "x", size: octal(200e6) })), /200000000/],
  ["an unknown type", archive(entry({ name: "x", type: "Z" })), /unhandled tar header type 90$/],
  ["a NUL in a name", archive(pax({ path: "a\0b" }), file("x")), /NUL in a name/],
  ["a file twice", archive(file("a", "1"), file("a", "2")), /duplicates of file paths .*"a"$/],
  ["a name of 300 characters", archive(pax({ path: "n".repeat(300) }), file("x")), /name too long/],
  ["a path of 5,000", archive(pax({ path: "n/".repeat(2500) }), file("x")), /name too long/],
  ["a target of 5,000", archive(pax({ linkpath: "n".repeat(5000) }), symlink("x", "")), /too long/],
  [
    "a device that no kernel has",
    archive(pax({ "SCHILY.devmajor": "99999999999" }), entry({ name: "x", type: "4" })),
    /mknod \/x: invalid argument|malformed/,
  ],
  [
    "a file below a file",
    archive(file("a"), file("a/b")),
    /not a directory/,
  ],
  ["a whiteout of nothing", archive(file(".wh.")), /invalid whiteout "\.wh\."$/],
  ["a whiteout of the root", archive(file(".wh..")), /invalid whiteout "\.wh\.\."$/],
  ["a whiteout of what is above", archive(file(".wh...")), /invalid whiteout "\.wh\.\.\."$/],
  ["the same, deeper", archive(file("d/.wh...")), /invalid whiteout "\.wh\.\.\."$/],
];

boxTest("what is no archive, or makes no sense, is refused in one line", async (box) => {
  await box.ok("import - whole:1", { stdin: good });
  for (const [what, bytes, message] of malformed) {
    await refuses(box, ["import", "-", "bad:1"], { message, stdin: bytes }).catch((error) => {
      throw new Error(`${what}: ${error.message}`);
    });
  }
});

boxTest("a name cannot make the terminal do things, nor fill it", async (box) => {
  const name = `a\n\x1b[31m\x9b${"x".repeat(200)}`, path = `${name}/`.repeat(400);
  const { code, stderr } = await box.run("import -", {
    stdin: archive(pax({ path }), file("x")),
  });
  equal(code, 1);
  match(stderr, /^[ -~]{1,600}\n$/);
});

/** Archives that aim at `${outside}/canary`. Those with a message are refused; the others stay inside. */
function breakouts(outside: string): [what: string, archive: Bytes, message?: RegExp][] {
  const up = "../".repeat(20), canary = `${outside}/canary`, relative = up + canary.slice(1);
  const absent = /no such file or directory/;
  const named = (path: string) => archive(pax({ path }), file("x", "x")); // longer than 100 bytes
  return [
    ["..", named(relative), /is outside of "\/"$/],
    ["a/../..", named(`a/../${relative}`), /is outside of "\/"$/],
    ["a directory ..", archive(directory("..")), /is outside of "\/"$/],
    ["an absolute name", named(canary)],
    ["an absolute link as parent", archive(symlink("s", outside), file("s/canary", "x")), absent],
    ["a relative one", archive(symlink("s", up + outside), file("s/canary", "x")), absent],
    [
      "a chain of links",
      archive(symlink("a", "b"), symlink("b", `${up}proc/self/root`), file(`a${canary}`, "x")),
      absent,
    ],
    ["a link of /proc", archive(symlink("s", "/proc/self/root"), file(`s${canary}`)), absent],
    ["a link, then a file over it", archive(symlink("s", canary), file("s", "x")), /duplicates/],
    ["a hard link to a link", archive(symlink("s", canary), link("h", "s"))],
    [
      "a hard link to a link, and a file over it",
      archive(symlink("s", canary), link("h", "s"), file("h", "x")),
      /duplicates/,
    ],
    [
      "a hard link to outside",
      archive(pax({ linkpath: relative }), link("h", "")),
      /invalid hardlink "h" -> /,
    ],
    ["a hard link to an absolute path", archive(link("h", canary)), absent],
    ["a hard link below a link", archive(symlink("s", outside), link("h", "s/canary")), absent],
    [
      "a parent that becomes a link",
      archive(directory("d"), file("d/f"), symlink("d", outside), file("d/canary", "x")),
      /duplicates/,
    ],
    ["a whiteout below a link", archive(symlink("s", outside), file("s/.wh.canary")), absent],
    ["an opaque mark below a link", archive(symlink("s", outside), file("s/.wh..wh..opq")), absent],
    [
      "a redirect of overlayfs",
      archive(pax({ "SCHILY.xattr.trusted.overlay.redirect": outside }), directory("d")),
    ],
    ["a device node", archive(entry({ name: "sda", type: "4", deviceMajor: "0000010\0" }))],
    ["a FIFO", archive(entry({ name: "fifo", type: "6" }))],
  ];
}

boxTest("nothing outside is touched by names, links, devices and attributes", async (box) => {
  await box.ok("import - whole:1", { stdin: good });
  const outside = `${box.temp}/outside`, state = await plantCanary(outside);
  for (const [what, bytes, message] of breakouts(outside)) {
    try {
      if (message) await refuses(box, "import - out:1", { message, stdin: bytes, timeout: 20_000 });
      else await box.ok("import - out:1", { stdin: bytes, timeout: 20_000 });
      deepEqual(await state(), ["canary content 644"]);
      if (!message) await box.ok("rmi out:1");
      assertTidy(box.root);
    } catch (error) {
      throw new Error(`${what}: ${(error as Error).message}`);
    }
  }
});

boxTest("what stayed inside is found there", async (box) => {
  const path = `${box.temp}/absolute`;
  await box.ok("import - out:1", { stdin: archive(file(path, "inside")) });
  const [diff] = await upperDirectories(box, "out:1");
  equal(await Deno.readTextFile(`${diff}${path}`), "inside");
  const redirect = pax({ "SCHILY.xattr.trusted.overlay.redirect": "/etc" });
  await box.ok("import - out:2", { stdin: archive(redirect, directory("d")) });
  const [marked] = await upperDirectories(box, "out:2");
  equal((await run(["getfattr", "-m", "-", `${marked}/d`])).stdout, "");
});

/** Directories of an image's layers, topmost first. */
async function upperDirectories(box: Box, image: string): Promise<string[]> {
  const data = await box.ok(["inspect", "-f", "{{json .GraphDriver.Data}}", image]);
  const { UpperDir, LowerDir } = JSON.parse(data);
  return [UpperDir, ...LowerDir?.split(":") ?? []];
}

/** Makes a file that nobody is to touch, and returns what tells all that is in its directory. */
async function plantCanary(directory: string): Promise<() => Promise<string[]>> {
  await Deno.mkdir(directory);
  await Deno.writeTextFile(`${directory}/canary`, "content", { mode: 0o644 });
  return async () => {
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
    return await Promise.all(names.map(async (name) => {
      const path = `${directory}/${name}`, { mode } = await Deno.lstat(path);
      return `${name} ${await Deno.readTextFile(path)} ${(mode! & 0o7777).toString(8)}`;
    }));
  };
}
