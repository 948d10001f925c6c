/** Directories that stand for a host's root file system. */

import { HostFiles } from "../../../../../runtime/image/host/host_files.ts";
import { type FakeElf, fakeElf } from "../fake_elf.ts";

/** A link's target, a file's text, or what a program needs. */
export type FakeFile = { link: string } | { text: string; mode?: number } | { elf: FakeElf };

/** When all files were modified: seconds since the epoch. */
export const MODIFIED = 1_700_000_000;

/** Makes a root file system, and removes it after the test. Directories are made as they are needed. */
export async function withFakeHost(
  tree: Readonly<Record<string, FakeFile>>,
  test: (files: HostFiles, root: string) => void | Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, file] of Object.entries(tree)) make(root + path, file);
    await test(new HostFiles(root), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function make(path: string, file: FakeFile): void {
  if (path.endsWith("/")) return Deno.mkdirSync(path, { recursive: true });
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if ("link" in file) return Deno.symlinkSync(file.link, path);
  const content = "elf" in file ? fakeElf(file.elf) : new TextEncoder().encode(file.text);
  Deno.writeFileSync(path, content);
  Deno.chmodSync(path, "text" in file ? file.mode ?? 0o644 : 0o755);
  Deno.utimeSync(path, MODIFIED, MODIFIED);
}
