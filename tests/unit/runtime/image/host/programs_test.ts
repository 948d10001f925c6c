import assert from "node:assert/strict";
import { HOST_MACHINE } from "../../../../../runtime/image/elf.ts";
import type { HostFiles } from "../../../../../runtime/image/host/host_files.ts";
import { ImageTree } from "../../../../../runtime/image/host/image_tree.ts";
import { ProgramCollector } from "../../../../../runtime/image/host/programs.ts";
import { type FakeFile, withFakeHost } from "./fake_host.ts";

/** Adds programs to an empty image; returns its files and links, and the notes. */
function collect(files: HostFiles, paths: string[], interpreters: string[] = []) {
  const tree = new ImageTree(files);
  const programs = new ProgramCollector(files, tree, HOST_MACHINE, new Set(interpreters));
  for (const path of paths) programs.add(path);
  const content = tree.entries()
    .filter(([, entry]) => entry.type !== "directory")
    .map(([path, entry]) => entry.type === "symlink" ? `${path} -> ${entry.target}` : path);
  return { content, notes: programs.notes };
}

const shell: FakeFile = { elf: { interpreter: "/lib64/ld.so", needed: ["libc.so.6"] } };

const host: Readonly<Record<string, FakeFile>> = {
  "/bin": { link: "usr/bin" },
  "/lib": { link: "usr/lib" },
  "/lib64": { link: "usr/lib64" },
  "/usr/bin/dash": shell,
  "/usr/bin/sh": { link: "dash" },
  "/usr/lib64/ld.so": { link: "/lib/ld-2.so" },
  "/usr/lib/ld-2.so": { elf: {} },
  "/usr/lib/libc.so.6": { elf: { needed: ["ld.so"] } },
};

Deno.test("ProgramCollector takes a program with interpreter, libraries, their libraries and all links", async () => {
  await withFakeHost(host, (files) => {
    assert.deepEqual(collect(files, ["/bin/sh"]), {
      content: [
        "/bin -> usr/bin",
        "/lib -> usr/lib",
        "/lib64 -> usr/lib64",
        "/usr/bin/dash",
        "/usr/bin/sh -> dash",
        "/usr/lib/ld-2.so",
        "/usr/lib/libc.so.6",
        "/usr/lib64/ld.so -> /lib/ld-2.so",
      ],
      notes: [],
    });
  });
});

Deno.test("ProgramCollector takes the linker's cache if something cannot be found without it", async () => {
  await withFakeHost({
    "/bin/a": { elf: { needed: ["liba.so"] } },
    "/etc/ld.so.conf": { text: "/opt/lib\n" },
    "/etc/ld.so.cache": { text: "cache" },
    "/opt/lib/liba.so": { elf: {} },
  }, (files) => {
    const { content } = collect(files, ["/bin/a"]);
    assert.deepEqual(content, ["/bin/a", "/etc/ld.so.cache", "/opt/lib/liba.so"]);
  });
});

Deno.test("ProgramCollector passes DT_RPATH on to libraries, and knows both meanings of $ORIGIN", async () => {
  await withFakeHost({
    "/bin/a": { link: "../opt/bin/a" },
    "/opt/bin/a": { elf: { needed: ["liba.so"], rpath: "$ORIGIN/../lib" } },
    "/opt/lib/liba.so": { link: "../real/liba.so" },
    "/opt/real/liba.so": { elf: { needed: ["libb.so", "libc.so"], rpath: "$ORIGIN/more" } },
    "/opt/lib/libb.so": { elf: {} },
    "/opt/lib/more/libc.so": { elf: {} },
  }, (files) => {
    assert.deepEqual(collect(files, ["/bin/a"]), {
      content: [
        "/bin/a -> ../opt/bin/a",
        "/opt/bin/a",
        "/opt/lib/liba.so -> ../real/liba.so",
        "/opt/lib/libb.so",
        "/opt/lib/more/libc.so",
        "/opt/real/liba.so",
      ],
      notes: [],
    });
  });
});

Deno.test("ProgramCollector takes scripts of the given shells only, with their shell", async () => {
  await withFakeHost({
    ...host,
    "/usr/bin/script": { text: "#! /bin/sh -e\n", mode: 0o755 },
    "/usr/bin/perl": { elf: {} },
    "/usr/bin/other": { text: "#!/usr/bin/perl\n", mode: 0o755 },
  }, (files) => {
    const { content, notes } = collect(files, ["/usr/bin/script", "/usr/bin/other"], [
      "/usr/bin/dash",
    ]);
    assert(content.includes("/usr/bin/script"));
    assert(content.includes("/usr/bin/dash"));
    assert(!content.includes("/usr/bin/other"));
    assert.deepEqual(notes, ["/usr/bin/other is left out: it needs /usr/bin/perl"]);
  });
});

Deno.test("ProgramCollector leaves out what lacks something, with all that only it needs", async () => {
  await withFakeHost({
    "/bin/a": { elf: { needed: ["liba.so"] } },
    "/bin/b": { elf: { machine: 3 } },
    "/bin/c": { link: "nowhere" },
    "/bin/d": { elf: { interpreter: "/lib/ld.so" } },
    "/bin/e/": { text: "" },
    "/usr/lib/liba.so": { elf: { needed: ["libmissing.so"] } },
  }, (files) => {
    assert.deepEqual(collect(files, ["/bin/a", "/bin/b", "/bin/c", "/bin/d", "/bin/e"]), {
      content: [],
      notes: [
        "/bin/a is left out: it needs libmissing.so, which cannot be found",
        "/bin/b is left out: /bin/b is no program of this machine",
        "/bin/c is left out: /bin/c does not exist",
        "/bin/d is left out: /lib/ld.so does not exist",
        "/bin/e is left out: /bin/e is not a file",
      ],
    });
  });
});

Deno.test("ProgramCollector leaves out what cannot be read", {
  ignore: Deno.uid() === 0, // root reads everything
}, async () => {
  await withFakeHost({ "/bin/a": { text: "", mode: 0 } }, (files) => {
    const { notes } = collect(files, ["/bin/a"]);
    assert.deepEqual(notes, ["/bin/a is left out: /bin/a: permission denied"]);
  });
});
