import assert from "node:assert/strict";
import { ArchiveLinks } from "../../../../storage/archive/links.ts";
import type { TarHeader } from "../../../../storage/layer/tar/header.ts";

function entry(name: string, type: TarHeader["type"], linkName = ""): TarHeader {
  return {
    name,
    linkName,
    type,
    mode: 0,
    uid: 0,
    gid: 0,
    size: 0,
    modified: { seconds: 0, nanoseconds: 0 },
    deviceMajor: 0,
    deviceMinor: 0,
  };
}

function resolve(links: readonly (readonly [string, string])[], name: string): string {
  const table = new ArchiveLinks();
  for (const [path, target] of links) table.add(entry(path, "symlink", target));
  return table.resolve(name);
}

Deno.test("links lead where they would lead below the archive's root", () => {
  const cases: [links: [string, string][], name: string, path: string][] = [
    [[], "a/b", "a/b"],
    [[], "./a//b/", "a/b"],
    [[["b/layer.tar", "../a/layer.tar"]], "b/layer.tar", "a/layer.tar"],
    [[["b/layer.tar", "/a/layer.tar"]], "b/layer.tar", "a/layer.tar"],
    [[["./b", "a"]], "b/layer.tar", "a/layer.tar"],
    [[["c", "b"], ["b", "a"]], "c/x", "a/x"],
    [[["a", "../../../etc"]], "a/passwd", "etc/passwd"],
    [[], "../../etc/passwd", "etc/passwd"],
    [[["ab", "c"]], "abc/x", "abc/x"],
  ];
  for (const [links, name, path] of cases) assert.equal(resolve(links, name), path);
});

Deno.test("a hard link's target is a path of the archive, not relative to the link", () => {
  const links = new ArchiveLinks();
  links.add(entry("b/layer.tar", "link", "a/layer.tar"));
  assert.equal(links.resolve("b/layer.tar"), "a/layer.tar");
});

Deno.test("what takes a link's name ends the link", () => {
  const links = new ArchiveLinks();
  links.add(entry("a", "symlink", "b"));
  links.add(entry("a", "file"));
  assert.equal(links.resolve("a"), "a");
});

Deno.test("a circle of links is an error", () => {
  assert.throws(() => resolve([["a", "b"], ["b", "a"]], "a"), /too many levels of symbolic links/);
  assert.throws(() => resolve([["a", "a/b"]], "a"), /too many levels of symbolic links/);
});

Deno.test("a link outside of the archive is refused with the entry", () => {
  assert.throws(() => new ArchiveLinks().add(entry("../x", "symlink", "y")), /is outside of/);
});
