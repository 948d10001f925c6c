/** The bench itself. It expects a mount namespace of its own: main.ts provides it. */

import { Skip } from "../../tests/e2e/harness/skip.ts";
import { must } from "../command.ts";
import type { Arena } from "./contestant.ts";
import { compiledBox, withEngines } from "./engines.ts";
import { FixtureShelf } from "./fixtures.ts";
import { describeMachine, describePrograms } from "./machine.ts";
import { measureRow } from "./measure.ts";
import { UnifiedCgroup, withFileSystem } from "./mounts.ts";
import { type Options, parseOptions } from "./options.ts";
import type { RowGroup } from "./row.ts";
import { chooseRows, groups } from "./rows.ts";
import { describe, header } from "./table.ts";

const legend = `Medians of n runs, ± half of what lies between the quartiles.
ms: wall time. MB: peak of resident memory; of docker, that of dockerd alone.
PSS: 10^6 bytes of memory of all that the engine has left running beside its containers.
Ratios are of the compiled box if there is one.
`;

async function printIntroduction(directory: string): Promise<void> {
  console.log(`machine:  ${await describeMachine(directory)}`);
  console.log(`programs: ${await describePrograms()}`);
  const compiled = await Deno.stat(compiledBox).catch(() => undefined);
  console.log(
    compiled?.mtime
      ? `box:      from source, and ${compiledBox}, compiled at ${compiled.mtime.toISOString()}`
      : "box:      from source only; `deno task compile` makes the compiled one",
  );
  console.log(legend);
}

async function measureGroup(group: RowGroup, arena: Arena, runs?: number): Promise<void> {
  const { rows, surround = (use: () => Promise<void>) => use() } = group;
  try {
    await surround(() => measureRows(group, arena, runs));
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.log(`left out: ${rows.map(({ name }) => name).join("; ")}: ${error.message}`);
  }
}

async function measureRows(
  { rows, buildKit = false }: RowGroup,
  arena: Arena,
  runs?: number,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "stores-" });
  try {
    await withEngines(directory, { buildKit }, async (engines) => {
      for (const row of rows) {
        console.log(describe(row, await measureRow(row, engines, runs ?? row.runs, arena)));
      }
    });
  } finally {
    await must("rm", ["-rf", "--one-file-system", directory]);
  }
}

async function bench(directory: string, options: Options, signal: AbortSignal): Promise<void> {
  const shelf = new FixtureShelf(directory);
  const arena: Arena = {
    directory,
    signal,
    unifiedCgroup: await UnifiedCgroup.find(),
    locate: (fixture) => shelf.locate(fixture),
  };
  await printIntroduction(directory);
  console.log(header());
  for (const group of chooseRows(groups, options.words)) {
    await measureGroup(group, arena, options.runs);
  }
}

/** Set by a signal that asks for the end: what the bench has started has to go first. */
function endSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => controller.abort());
  }
  return controller.signal;
}

const signal = endSignal();
// Not /tmp, which often is memory.
const parent = Deno.env.get("TMPDIR") ?? "/var/tmp";
try {
  await withFileSystem(parent, async (directory, problem) => {
    if (problem) console.log(`no file system of its own for the bench: ${problem}`);
    Deno.env.set("TMPDIR", directory);
    await bench(directory, parseOptions(Deno.args)!, signal);
  });
} catch (error) {
  if (!signal.aborted) throw error;
  console.error("interrupted");
  Deno.exitCode = 130;
}
Deno.exit();
