import assert from "node:assert/strict";
import { withFakeHost } from "./fake_host.ts";

Deno.test("HostFiles.resolve() follows links within the root, and reports them in order", async () => {
  await withFakeHost({
    "/usr/lib/multi/libc.so.6": { text: "c" },
    "/lib": { link: "usr/lib" },
    "/usr/lib64/ld.so": { link: "/lib/multi/../multi/ld-2.so" },
    "/lib64": { link: "usr/lib64/" },
    "/usr/lib/multi/ld-2.so": { text: "ld" },
  }, (files) => {
    const resolved = files.resolve("/lib64//./ld.so");
    assert.equal(resolved?.path, "/usr/lib/multi/ld-2.so");
    assert.deepEqual(resolved.links.map(({ path, target }) => [path, target]), [
      ["/lib64", "usr/lib64/"],
      ["/usr/lib64/ld.so", "/lib/multi/../multi/ld-2.so"],
      ["/lib", "usr/lib"],
    ]);
    assert.equal(files.resolve("/../../lib")?.path, "/usr/lib", "the root's parent is the root");
    assert.equal(files.resolve("/")?.path, "/");
  });
});

Deno.test("HostFiles.resolve() knows paths that lead nowhere", async () => {
  await withFakeHost({
    "/dangling": { link: "/nothing" },
    "/loop": { link: "loop2" },
    "/loop2": { link: "/loop" },
    "/file": { text: "" },
  }, (files) => {
    for (const path of ["/nothing", "/dangling", "/loop", "/file/below", "/file/.."]) {
      assert.equal(files.resolve(path), undefined, path);
    }
  });
});
