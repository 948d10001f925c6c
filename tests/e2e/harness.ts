/**
 * What end-to-end tests are written with.
 *
 *     boxTest("a container's exit code is box's own", async (box) => {
 *       await box.busybox();
 *       await box.fail("run --rm busybox false", 1, /^$/);
 *     });
 *
 * Every test has a store of its own, and fails when it leaves a mount, a process, a cgroup, or
 * anything in the store that nothing refers to.
 */
import { fail } from "node:assert/strict";
import { Box } from "./harness/box.ts";
import { type Need, root } from "./harness/needs.ts";
import { testWith } from "./harness/skip.ts";

export type { Box };
export * as needs from "./harness/needs.ts";
export { sample } from "./harness/sample.ts";
export { skipUnless, testWith } from "./harness/skip.ts";
export { describe, eventually, type Result, run, RunningProcess } from "./harness/process.ts";
export { busyboxTar, debianTar } from "./harness/fixtures.ts";
export { makeOddFiles } from "./harness/odd_files.ts";
export {
  assertSameTree,
  layerDirectories,
  mergedDirectory,
  readTree,
  type Tree,
} from "./harness/tree.ts";
export { storeLeftovers } from "./harness/leftovers.ts";
export { assertTidy, onlyLine, type Refusal, refuses } from "./harness/refusal.ts";
export { SmallDisk } from "./harness/small_disk.ts";
export { Program } from "./harness/program.ts";
export { withDockerd } from "./harness/dockerd.ts";
export { type TestRegistry, withRegistry } from "./harness/registry.ts";
export { FOREIGNER, HOST, HostNetwork } from "./harness/host_network.ts";
export { withPodman } from "./harness/podman.ts";
export { PseudoTerminal } from "./harness/pseudo_terminal.ts";

export interface BoxTestOptions {
  /** What the machine must have, else the test is skipped. Root is always needed. */
  needs?: Need[];
  /** Name of the user who runs box; by default BOX_TEST_USER, else root. */
  user?: string;
  /** What containers get that ask for no network: none, without which they start faster, or box's default. */
  network?: "none" | "default";
}

type BoxTest = (box: Box) => Promise<void>;

/** Registers a test of box in an empty store. */
export function boxTest(name: string, test: BoxTest): void;
export function boxTest(name: string, options: BoxTestOptions, test: BoxTest): void;
export function boxTest(name: string, ...rest: [BoxTest] | [BoxTestOptions, BoxTest]): void {
  const [options, test] = rest.length === 1 ? [{}, rest[0]] : rest;
  testWith([root, ...options.needs ?? []], name, () => runInBox(test, options));
}

async function runInBox(
  test: BoxTest,
  { user = Deno.env.get("BOX_TEST_USER"), network }: BoxTestOptions,
): Promise<void> {
  const box = await Box.create(user, network);
  try {
    await test(box);
    const leftovers = await box.finish();
    if (leftovers.length > 0) fail(`left behind:\n${leftovers.join("\n")}`);
  } catch (error) {
    await box.remove().catch(console.error);
    throw error;
  }
  await box.remove();
}
