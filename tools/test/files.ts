/** Which files of tests are run, and in what order. */

/**
 * The end-to-end tests that take longest, the longest first: begun early, none of them is left at the end to run alone
 * while the other processors have nothing to do.
 */
export const LONGEST = [
  "debian_test.ts",
  "isolation_image_test.ts",
  "rootless_test.ts",
  "peers_test.ts",
  "crash_test.ts",
  "cp_test.ts",
  "run_test.ts",
  "damaged_image_test.ts",
  "registry_faults_test.ts",
  "hostile_image_archive_test.ts",
  "build_test.ts",
  "nested_test.ts",
  "hostile_archive_test.ts",
  "detach_test.ts",
  "isolation_mounts_test.ts",
  "limits_test.ts",
  "names_test.ts",
  "network_test.ts",
  "commit_test.ts",
  "isolation_process_test.ts",
];

/** The files of tests among these files and below these directories, the longest first. */
export async function testFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if ((await Deno.stat(path)).isDirectory) files.push(...await below(path));
    else files.push(path);
  }
  const rank = (file: string) => {
    const place = LONGEST.indexOf(file.slice(file.lastIndexOf("/") + 1));
    return place < 0 ? LONGEST.length : place;
  };
  return [...new Set(files)].sort((left, right) => rank(left) - rank(right));
}

async function below(directory: string): Promise<string[]> {
  const files: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(directory));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (isDirectory) files.push(...await below(`${directory}/${name}`));
    else if (name.endsWith("_test.ts")) files.push(`${directory}/${name}`);
  }
  return files;
}

/** Whether tests of a file start box, and look at the host; unit tests of what they share are at tests/unit/tests/e2e. */
export function isEndToEnd(file: string): boolean {
  return /(^|\/)tests\/(e2e|builds)\//.test(file) && !/(^|\/)tests\/unit\//.test(file);
}

/** Deals the files out to so many heaps, or fewer, of which none is empty. */
export function deal(files: readonly string[], heaps: number): string[][] {
  const dealt = Array.from({ length: Math.min(heaps, files.length) }, (): string[] => []);
  files.forEach((file, index) => dealt[index % dealt.length].push(file));
  return dealt;
}
