/** box inside a container of another engine. */

import { busyboxTar } from "./fixtures.ts";
import { run } from "./process.ts";
import type { Program } from "./program.ts";

const project = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Runs a shell script in a container of the busybox image, in which `box` is this program, from source or compiled, and
 * /shared is `directory`. `options` are those of the engine's `run`. Returns what the script prints, and fails if it fails.
 */
export async function inContainer(
  engine: Program,
  directory: string,
  options: string[],
  script: string,
): Promise<{ stdout: string; stderr: string }> {
  await engine.ok(["import", await busyboxTar(), "nested"]);
  const binary = Deno.env.get("BOX_BINARY");
  const [mounts, command] = binary ? compiled(binary) : await fromSource();
  const binds = { ...mounts, ...libraries(), [directory]: "/shared" };
  const commandLine = [
    ...["run", "--rm", "--network=none", ...options],
    ...Object.entries(binds).flatMap(([from, to]) => [
      "-v",
      `${from}:${to}${to === "/shared" ? "" : ":ro"}`,
    ]),
    ...["-e", "DENO_DIR=/deno", "-e", "HOME=/root", "-e", "PATH=/bin", "-w", "/shared"],
    ...["nested", "sh", "-ec", `box() { ${command} "$@"; }\n${script}`],
  ];
  const result = await engine.run(commandLine, { timeout: 300_000 });
  if (result.code !== 0) {
    throw new Error(`exit code ${result.code}\n${result.stdout}${result.stderr}`);
  }
  return result;
}

function compiled(binary: string): [Record<string, string>, string] {
  return [{ [Deno.realPathSync(binary)]: "/usr/local/bin/box" }, "/usr/local/bin/box"];
}

async function fromSource(): Promise<[Record<string, string>, string]> {
  const { stdout } = await run([Deno.execPath(), "info", "--json"]);
  const mounts = {
    [Deno.realPathSync(Deno.execPath())]: "/usr/local/bin/deno",
    [project]: "/src",
    [JSON.parse(stdout).denoDir]: "/deno",
  };
  return [mounts, "/usr/local/bin/deno run --allow-all --quiet --cached-only /src/main.ts"];
}

/** The C library that Deno needs, and a static busybox has not. */
function libraries(): Record<string, string> {
  const present = ["/lib", "/lib64", "/usr/lib"].filter((path) => {
    try {
      return Deno.statSync(path).isDirectory;
    } catch {
      return false;
    }
  });
  return Object.fromEntries(present.map((path) => [path, path]));
}
