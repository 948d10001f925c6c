/**
 * Tests that cannot run where they are, and say why.
 *
 * `Deno.test({ ignore })` takes no reason, so that goes into the test's name; and it cannot be
 * decided once the test runs, so a skip found out then is written to the file that BOX_TEST_SKIPS
 * names, where tools/test.ts counts it.
 */

import type { Need } from "./needs.ts";

/** Thrown in a test to end it as skipped. */
export class Skip extends Error {
  override name = "Skip";
}

/** Ends the test as skipped when there is a reason to. */
export function skipUnless(possible: unknown, reason: string): asserts possible {
  if (!possible) throw new Skip(reason);
}

/** Tests that are not to be run, by name, with the reason: tools/test_rootless.ts. */
const leftOut: Readonly<Record<string, string>> = JSON.parse(
  Deno.env.get("BOX_TEST_LEFT_OUT") ?? "{}",
);

/** Registers a test that is skipped where the machine lacks something, or when it throws a Skip. */
export function testWith(needs: Need[], name: string, test: () => void | Promise<void>): void {
  const lacking = needs.map((need) => need()).find(Boolean) ?? leftOut[name];
  if (lacking) {
    Deno.test({ name: `${name} [skipped: ${lacking}]`, ignore: true, fn: test });
    return;
  }
  Deno.test(name, async () => {
    try {
      await test();
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      reportSkip(name, error.message);
    }
  });
}

/** Tells the user, and tools/test.ts, that a test which counts as passed was skipped. */
function reportSkip(test: string, reason: string): void {
  console.log(`skipped: ${reason}`);
  const file = Deno.env.get("BOX_TEST_SKIPS");
  if (file) Deno.writeTextFileSync(file, `${test}: ${reason}\n`, { append: true });
}
