/** The parts in which the tests run in the virtual machine. */

import type { Totals } from "../test/totals.ts";

export interface Part {
  /** From 1 on. */
  readonly number: number;
  /** Relative to the project. */
  readonly files: readonly string[];
}

/** Files of a part: with the boot some twenty minutes on a machine that has nothing else to do. */
const FILES_AT_ONCE = 4;

/** The test files that are meant, those of tests/e2e by default, in parts. */
export async function partsOf(project: string, paths: readonly string[]): Promise<Part[]> {
  const files: string[] = [];
  for (const path of paths.length > 0 ? paths : ["tests/e2e"]) {
    files.push(...await testFiles(project, path.replace(/\/$/, "")));
  }
  const count = Math.ceil(files.length / FILES_AT_ONCE);
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    files: files.slice(index * FILES_AT_ONCE, (index + 1) * FILES_AT_ONCE),
  }));
}

async function testFiles(project: string, path: string): Promise<string[]> {
  if (!(await Deno.stat(`${project}/${path}`)).isDirectory) return [path];
  const names = [];
  for await (const { name } of Deno.readDir(`${project}/${path}`)) names.push(name);
  const isTest = (name: string) => !name.includes(".") || name.endsWith("_test.ts");
  const below = names.filter(isTest).sort().map((name) => testFiles(project, `${path}/${name}`));
  return (await Promise.all(below)).flat();
}

/** Those that `--parts=3` or `--parts=3-7` names; undefined for what names none. */
export function chooseParts(
  parts: readonly Part[],
  args: readonly string[],
): readonly Part[] | undefined {
  const options = args.filter((arg) => arg.startsWith("-"));
  if (options.length === 0) return parts;
  const [, first, last = first] = /^--parts=(\d+)(?:-(\d+))?$/.exec(options[0]) ?? [];
  if (options.length > 1 || first === undefined) return undefined;
  const chosen = parts.filter(({ number }) => number >= Number(first) && number <= Number(last));
  return chosen.length > 0 ? chosen : undefined;
}

/** What the line says that a run of tests ends with: totals.ts. */
export function totalsIn(line: string): Totals | undefined {
  const match = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line);
  if (match === null) return undefined;
  const [passed, failed, skipped = 0] = match.slice(1).map((text) => Number(text ?? 0));
  return { passed, failed, skipped };
}
