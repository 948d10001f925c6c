/** Root file systems to put into images: made once, and kept in .cache/fixtures. */

import { findProgram } from "./needs.ts";
import { run } from "./process.ts";
import { Skip } from "./skip.ts";

const cache = new URL("../../../.cache/fixtures", import.meta.url).pathname;

/** Makes `name` in a directory with `build` unless it is there; test files that run side by side wait. */
export async function cached(
  name: string,
  build: (output: string, scratch: string) => Promise<void>,
  directory = cache,
): Promise<string> {
  const file = `${directory}/${name}`;
  await Deno.mkdir(directory, { recursive: true });
  using lock = await Deno.open(`${directory}/${name}.lock`, { create: true, write: true });
  await lock.lock(true);
  if (await Deno.stat(file).then(() => true, () => false)) return file;
  const scratch = await Deno.makeTempDir({ dir: directory });
  try {
    await build(`${scratch}/output`, scratch);
    await Deno.rename(`${scratch}/output`, file);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return file;
}

async function must(commandLine: string[], timeout?: number): Promise<string> {
  const { code, stdout, stderr } = await run(commandLine, { timeout });
  if (code !== 0) throw new Skip(`${commandLine[0]} failed: ${stderr.trim().split("\n").at(-1)}`);
  return stdout;
}

/**
 * Path of a tar archive of 2 MB: a static busybox with its applets, a few users, and the usual
 * directories. Skips the test where there is no static busybox.
 */
export function busyboxTar(): Promise<string> {
  return cached(`busybox-${Deno.build.arch}-1.tar`, async (output, scratch) => {
    const busybox = findProgram("busybox");
    if (!busybox) throw new Skip("no busybox here");
    if (needsLoader(await Deno.readFile(busybox))) throw new Skip(`${busybox} is not static`);
    const root = `${scratch}/root`;
    for (
      const directory of ["bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr", "var"]
    ) {
      await Deno.mkdir(`${root}/${directory}`, { recursive: true });
    }
    await Deno.chmod(`${root}/root`, 0o700);
    await Deno.chmod(`${root}/tmp`, 0o1777);
    await Deno.copyFile(busybox, `${root}/bin/busybox`);
    await Deno.chmod(`${root}/bin/busybox`, 0o755);
    for (const applet of (await must([busybox, "--list"])).trim().split("\n")) {
      if (applet !== "busybox") await Deno.symlink("busybox", `${root}/bin/${applet}`);
    }
    for (const [name, lines] of Object.entries(accounts)) {
      await Deno.writeTextFile(`${root}/etc/${name}`, lines.join("\n") + "\n");
    }
    await must(["tar", ...reproducible, "-C", root, "-cf", output, "."]);
  });
}

const accounts = {
  passwd: [
    "root:x:0:0:root:/root:/bin/sh",
    "daemon:x:1:1:daemon:/usr/sbin:/bin/false",
    "alice:x:1000:1000:Alice:/home/alice:/bin/sh",
    "bob:x:1001:100:Bob:/home/bob:/bin/sh",
    "nobody:x:65534:65534:nobody:/home:/bin/false",
  ],
  group: [
    "root:x:0:",
    "daemon:x:1:",
    "users:x:100:",
    "audio:x:29:alice,bob",
    "alice:x:1000:",
    "nogroup:x:65534:",
  ],
};

/** The same bytes whoever makes it, and whenever. */
const reproducible = [
  "--sort=name",
  "--mtime=@0",
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--format=gnu",
];

/**
 * Path of a tar archive of a minimal Debian 12, about 170 MB and 8,700 entries. Takes a minute the
 * first time. Skips the test where mmdebstrap is missing or no mirror answers.
 */
export function debianTar(): Promise<string> {
  return cached(`debian-${Deno.build.arch}-1.tar`, async (output) => {
    if (!findProgram("mmdebstrap")) throw new Skip("no mmdebstrap here");
    const archive = `${output}.tar`;
    const mirror = await hostMirror("bookworm");
    await must(
      ["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", archive, ...mirror],
      600_000,
    );
    await Deno.rename(archive, output);
  });
}

/** The mirror this host itself installs `suite` from; none when it is another system. */
export async function hostMirror(suite: string): Promise<string[]> {
  const directory = "/etc/apt/sources.list.d";
  const files = ["/etc/apt/sources.list"];
  for (const { name } of findProgram("apt-get") ? Deno.readDirSync(directory) : []) {
    if (/\.(list|sources)$/.test(name)) files.push(`${directory}/${name}`);
  }
  for (const file of files) {
    const mirror = parseMirror(await Deno.readTextFile(file).catch(() => ""), suite);
    if (mirror) return [mirror];
  }
  return [];
}

/** URI that carries the component main of `suite`, in either format of sources.list(5). */
export function parseMirror(sources: string, suite: string): string | undefined {
  const uncommented = sources.replace(/^#.*\n?/gm, "");
  for (const stanza of uncommented.split(/\n\s*\n/)) {
    const field = (name: string) =>
      stanza.match(new RegExp(`^${name}:[ \\t]*(.*)$`, "mi"))?.[1].split(/\s+/) ?? [];
    if (field("Suites").includes(suite) && field("Components").includes("main")) {
      return field("URIs")[0];
    }
  }
  for (const line of uncommented.split("\n")) {
    const [, uri, lineSuite, components] =
      line.match(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/) ?? [];
    if (lineSuite === suite && components.split(/\s+/).includes("main")) return uri;
  }
}

/** Whether an ELF executable asks for a dynamic loader: elf(5), PT_INTERP. */
function needsLoader(executable: Uint8Array): boolean {
  const view = new DataView(executable.buffer);
  const [phoff, phentsize, phnum] = [
    Number(view.getBigUint64(32, true)),
    view.getUint16(54, true),
    view.getUint16(56, true),
  ];
  const PT_INTERP = 3;
  return Array.from(
    { length: phnum },
    (_, index) => view.getUint32(phoff + index * phentsize, true),
  )
    .includes(PT_INTERP);
}
