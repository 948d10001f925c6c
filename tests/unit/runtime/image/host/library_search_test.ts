import assert from "node:assert/strict";
import { HOST_MACHINE } from "../../../../../runtime/image/elf.ts";
import { LibrarySearch, type Requester } from "../../../../../runtime/image/host/library_search.ts";
import { type FakeFile, withFakeHost } from "./fake_host.ts";

const library: FakeFile = { elf: {} };
const nobody: Requester = { origin: "/usr/bin", runpath: [], rpath: [] };

Deno.test("LibrarySearch.find() prefers the configured directories, and says when they need the cache", async () => {
  await withFakeHost({
    "/etc/ld.so.conf": { text: "# first\ninclude ld.so.conf.d/*.conf\n/opt/last # really\n" },
    "/etc/ld.so.conf.d/a.conf": { text: "/opt/a/\n" },
    "/etc/ld.so.conf.d/ignored": { text: "/opt/ignored\n" },
    "/opt/a/liba.so": library,
    "/opt/last/liba.so": library,
    "/opt/last/libb.so": library,
    "/opt/ignored/libc.so": library,
    "/usr/lib/libb.so": library,
    "/usr/lib/libd.so": library,
    "/lib": { link: "usr/lib" },
  }, (files) => {
    const search = new LibrarySearch(files, HOST_MACHINE);
    const table = [
      ["liba.so", { path: "/opt/a/liba.so", needsCache: true }],
      ["libb.so", { path: "/opt/last/libb.so", needsCache: true }],
      ["libc.so", undefined],
      ["libd.so", { path: "/lib/libd.so", needsCache: false }],
      ["/opt/ignored/libc.so", { path: "/opt/ignored/libc.so", needsCache: false }],
    ] as const;
    for (const [name, found] of table) assert.deepEqual(search.find(name, nobody), found, name);
  });
});

Deno.test("LibrarySearch.find() needs no cache for a default directory that is configured as well", async () => {
  await withFakeHost({
    "/etc/ld.so.conf": { text: "/usr/lib\n" },
    "/usr/lib/liba.so": library,
  }, (files) => {
    const search = new LibrarySearch(files, HOST_MACHINE);
    assert.deepEqual(search.find("liba.so", nobody), {
      path: "/usr/lib/liba.so",
      needsCache: false,
    });
  });
});

Deno.test("LibrarySearch.find() looks where the file says first; DT_RUNPATH rules out DT_RPATH", async () => {
  await withFakeHost({
    "/opt/bin/program": library,
    "/opt/lib/liba.so": library,
    "/opt/other/liba.so": library,
    "/usr/lib/liba.so": library,
  }, (files) => {
    const search = new LibrarySearch(files, HOST_MACHINE);
    const rpath = [
      { origin: "/x", entries: ["$ORIGIN/none", "$LIB/lib"] },
      { origin: "/opt/bin", entries: ["${ORIGIN}/../other"] },
    ];
    const find = (requester: Requester) => search.find("liba.so", requester)?.path;
    assert.equal(find({ ...nobody, rpath }), "/opt/bin/../other/liba.so");
    assert.equal(find({ ...nobody, rpath, runpath: ["/opt/lib"] }), "/opt/lib/liba.so");
    assert.equal(find({ ...nobody, rpath, runpath: ["/none"] }), "/usr/lib/liba.so");
  });
});

Deno.test("LibrarySearch.find() passes over libraries of other machines, and linker scripts", async () => {
  await withFakeHost({
    "/lib/liba.so": { elf: { machine: 3 } },
    "/usr/lib64/liba.so": { text: "GROUP ( libb.so )" },
    "/usr/lib/liba.so": library,
  }, (files) => {
    const search = new LibrarySearch(files, HOST_MACHINE);
    assert.equal(search.find("liba.so", nobody)?.path, "/usr/lib/liba.so");
  });
});

Deno.test("LibrarySearch survives configuration that includes itself", async () => {
  await withFakeHost({ "/etc/ld.so.conf": { text: "include /etc/*.conf\n" } }, (files) => {
    assert.equal(new LibrarySearch(files, HOST_MACHINE).find("liba.so", nobody), undefined);
  });
});
