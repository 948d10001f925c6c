import assert from "node:assert/strict";
import { hostArchive } from "../../../../runtime/image/from_host.ts";
import type { HostFiles } from "../../../../runtime/image/host/host_files.ts";
import { concatenate } from "../../../../storage/layer/bytes.ts";
import type { TarHeader } from "../../../../storage/layer/tar/header.ts";
import { TarReader } from "../../../../storage/layer/tar/reader.ts";
import { type FakeFile, MODIFIED, withFakeHost } from "./host/fake_host.ts";

const host: Readonly<Record<string, FakeFile>> = {
  "/bin": { link: "usr/bin" },
  "/home": { link: "/data/home" },
  "/data/home/": { text: "" },
  "/usr/bin/bash": { elf: { needed: ["libc.so.6"] } },
  "/usr/bin/cat": { elf: { needed: ["libc.so.6"] } },
  "/usr/bin/gunzip": { text: "#!/bin/sh\n", mode: 0o755 },
  "/usr/bin/sh": { link: "bash" },
  "/usr/bin/sudo": { elf: {} },
  "/usr/lib64/libc.so.6": { elf: {} },
  "/lib64": { link: "usr/lib64" },
};

interface ReadArchive {
  readonly headers: ReadonlyMap<string, TarHeader>;
  readonly names: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

async function readArchive(files: HostFiles): Promise<ReadArchive> {
  const { archive, notes } = await hostArchive(files, "coreutils");
  assert.deepEqual(notes, []);
  const chunks: Uint8Array<ArrayBuffer>[] = [], headers = new Map<string, TarHeader>();
  const names: string[] = [], texts = new Map<string, string>();
  const reader = new TarReader({
    raw() {},
    begin(header) {
      names.push(header.name);
      headers.set(header.name, structuredClone(header));
      texts.set(header.name, "");
    },
    content(bytes) {
      const name = names.at(-1)!;
      texts.set(name, texts.get(name) + new TextDecoder("latin1").decode(bytes));
    },
    finish() {},
  });
  for await (const chunk of archive) {
    reader.write(chunk);
    chunks.push(chunk.slice());
  }
  reader.end();
  return { headers, names, texts, bytes: concatenate(chunks) };
}

Deno.test("hostArchive() has the utilities of the host that are known, and what they need", async () => {
  await withFakeHost(host, async (files) => {
    const { names, headers } = await readArchive(files);
    for (const name of ["usr/bin/bash", "usr/bin/cat", "usr/bin/gunzip", "usr/lib64/libc.so.6"]) {
      assert(names.includes(name), name);
    }
    assert(!names.includes("usr/bin/sudo"));
    assert.equal(headers.get("bin")?.linkName, "usr/bin");
    assert.equal(headers.get("usr/bin/sh")?.linkName, "bash");
    assert.equal(headers.get("usr/bin/gunzip")?.mode, 0o755);
  });
});

Deno.test("hostArchive() has what every root file system has, whatever the host's is like", async () => {
  await withFakeHost(host, async (files) => {
    const { headers, texts } = await readArchive(files);
    const modes = { "root/": 0o700, "tmp/": 0o1777, "var/tmp/": 0o1777, "proc/": 0o755 };
    for (const [name, mode] of Object.entries(modes)) {
      assert.equal(headers.get(name)?.type, "directory", name);
      assert.equal(headers.get(name)?.mode, mode, name);
    }
    assert.equal(headers.get("home/")?.type, "directory", "not the host's link to /data");
    assert.equal(headers.get("sbin/")?.type, "directory", "the host has none");
    assert.match(texts.get("etc/passwd")!, /^root:x:0:0:root:\/root:\/bin\/sh\nnobody:/);
    assert.match(texts.get("etc/group")!, /^root:x:0:\n/);
  });
});

Deno.test("hostArchive() has parents before what is in them, everything root's, and nothing of today's date", async () => {
  await withFakeHost(host, async (files) => {
    const { names, headers } = await readArchive(files);
    const seen = new Set([""]);
    for (const name of names) {
      const path = name.replace(/\/$/, "");
      assert(seen.has(path.slice(0, Math.max(0, path.lastIndexOf("/")))), name);
      assert(!seen.has(path), `${name} is there twice`);
      seen.add(path);
    }
    for (const { name, uid, gid, modified, type } of headers.values()) {
      assert.deepEqual([uid, gid], [0, 0], name);
      if (type === "file") assert.equal(modified.seconds, MODIFIED, name);
    }
  });
});

Deno.test("hostArchive() is the same every time", async () => {
  await withFakeHost(host, async (files) => {
    const first = await readArchive(files), second = await readArchive(files);
    assert(first.bytes.length > 0 && first.bytes.length % 512 === 0);
    assert.deepEqual(first.bytes, second.bytes);
  });
});

Deno.test("hostArchive() fails when a file is replaced meanwhile", async () => {
  await withFakeHost(host, async (files, root) => {
    const { archive } = await hostArchive(files, "coreutils");
    Deno.writeFileSync(`${root}/usr/bin/cat`, new Uint8Array(1));
    await assert.rejects(Array.fromAsync(archive), {
      name: "EngineError",
      message: "/usr/bin/cat changed while the image was made: try again",
    });
  });
});

Deno.test("hostArchive() refuses a host without what it takes", async () => {
  await withFakeHost({ "/usr/bin/cat": { elf: {} } }, async (files) => {
    await assert.rejects(hostArchive(files, "auto"), { message: "there is no shell here" });
    await assert.rejects(hostArchive(files, "busybox"), { message: "there is no busybox here" });
  });
});
