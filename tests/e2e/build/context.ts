/** Contexts and Dockerfiles for tests of `box build`. */

import { type Box, RunningProcess } from "../harness.ts";

/** Writes a Dockerfile and other files into a directory of the test's own, and returns its path. */
export function context(
  box: Box,
  dockerfile: string,
  files: Record<string, string> = {},
  name = "context",
): string {
  const path = `${box.temp}/${name}`;
  for (const [file, text] of Object.entries({ ...files, Dockerfile: dockerfile })) {
    const target = `${path}/${file}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(target, text);
  }
  return path;
}

/** Builds, asserts that it succeeds, and returns what it says on standard error. */
export async function build(box: Box, path: string, ...options: string[]): Promise<string> {
  const { code, stderr } = await box.run(["build", ...options, path]);
  if (code !== 0) throw new Error(stderr);
  return stderr;
}

/** Titles of the steps that were carried out, and of those that were found. */
export function steps(output: string): { done: string[]; cached: string[] } {
  const titles = new Map<string, string>();
  const done: string[] = [], cached: string[] = [];
  for (const line of output.split("\n")) {
    const [, number, text] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (number === undefined) continue;
    if (/^\[.*\d+\/\d+\] /.test(text)) titles.set(number, text.replace(/^\[.*?\] /, ""));
    const title = titles.get(number);
    if (title !== undefined && text.startsWith("DONE")) done.push(title);
    if (title !== undefined && text === "CACHED") cached.push(title);
  }
  return { done, cached };
}

/** What an image's configuration says. */
export async function configOf(box: Box, image: string): Promise<Record<string, unknown>> {
  return JSON.parse(await box.ok(["inspect", "--format", "{{json .Config}}", image]));
}

/** What history says of an image, the first step first: what made it, and whether it has no layer. */
export async function historyOf(box: Box, image: string): Promise<string[]> {
  const format = "{{.Size}} {{.CreatedBy}}";
  const lines = await box.ok(["history", "--no-trunc", "--format", format, image]);
  return lines.split("\n").reverse();
}

/** What a script prints in a container of an image. */
export function show(box: Box, image: string, script: string): Promise<string> {
  return box.ok(["run", "--rm", "--entrypoint", "", "-u", "0", image, "sh", "-c", script]);
}

/** Names in the archive of an image's layer, which is counted from 0; sorted. */
export async function layerNames(box: Box, image: string, layer: number): Promise<string[]> {
  const directory = `${box.temp}/saved`;
  const names = await box.shell(`
    mkdir ${directory} && cd ${directory} && box save ${image} | tar -x
    tar -tf "$(grep -o '[^"]*layer.tar' manifest.json | sed -n ${layer + 1}p)"
  `);
  return names.split("\n").sort();
}

/** Starts a build whose progress, too, is on standard output, where it can be waited for. */
export function spawnBuild(box: Box, ...args: string[]): RunningProcess {
  const commandLine = ["sh", "-c", 'exec "$@" 2>&1', "sh", ...box.commandLine(["build", ...args])];
  return new RunningProcess(commandLine, box.defaults);
}
