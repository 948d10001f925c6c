import assert from "node:assert/strict";
import type { Arena } from "../../../../tools/bench/contestant.ts";
import { UnifiedCgroup } from "../../../../tools/bench/mounts.ts";
import type { Engine } from "../../../../tools/bench/engines.ts";
import { measureRow } from "../../../../tools/bench/measure.ts";
import type { Row } from "../../../../tools/bench/row.ts";
import { Program } from "../../../e2e/harness/program.ts";

/** Engines that append their name and their arguments to a log. */
async function withEngines(
  use: (engines: Engine[], arena: Arena, log: () => string[]) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/log`;
  const script = `echo "$0 $*" >> ${file}; [ "$1" != fail ]`;
  const engine = (name: Engine["name"]) => ({
    name,
    program: new Program(["sh", "-c", script, name]),
    trace: directory,
  });
  const arena: Arena = {
    directory,
    signal: new AbortController().signal,
    unifiedCgroup: UnifiedCgroup.none(),
    locate: (fixture) => fixture.make(directory),
  };
  try {
    await use(
      [engine("docker"), engine("podman")],
      arena,
      () => Deno.readTextFileSync(file).trim().split("\n"),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const row: Row = {
  name: "row",
  unit: "ms",
  runs: 1,
  before: [["before"]],
  prepare: [["prepare"]],
  measured: ["measured"],
  undo: [["undo"]],
  after: [["after"]],
};

Deno.test("everybody has a turn in each round, another one first, and the first round is not counted", async () => {
  await withEngines(async (engines, arena, log) => {
    const measurements = await measureRow(row, engines, 2, arena);
    const turn = (name: string) => ["prepare", "measured", "undo"].map((step) => `${name} ${step}`);
    assert.deepEqual(log().slice(2, -2), [
      ...[...turn("docker"), ...turn("podman")],
      ...[...turn("podman"), ...turn("docker")],
      ...[...turn("docker"), ...turn("podman")],
    ]);
    assert.deepEqual(log().slice(0, 2).sort(), ["docker before", "podman before"]);
    assert.deepEqual(log().slice(-2).sort(), ["docker after", "podman after"]);
    assert.deepEqual(measurements.map(({ name, samples }) => [name, samples.length]), [
      ["docker", 2],
      ["podman", 2],
    ]);
  });
});

Deno.test("one that fails takes no further part but cleans up, and the others go on", async () => {
  await withEngines(async ([docker], arena, log) => {
    const floors = { floor: ["true"] };
    const failing = { ...row, measured: ["fail"], floors };
    const [engine, floor] = await measureRow(failing, [docker], 3, arena);
    assert.deepEqual(engine.samples, []);
    assert.match(engine.failure ?? "", /code 1/);
    assert.equal(floor.samples.length, 3);
    assert.deepEqual(
      log(),
      ["before", "prepare", "fail", "undo", "after"].map((step) => `docker ${step}`),
    );
  });
});

Deno.test("an engine that is left out does nothing", async () => {
  await withEngines(async (engines, arena, log) => {
    await measureRow({ ...row, leftOut: { podman: "too slow" } }, engines, 1, arena);
    assert.ok(log().every((line) => line.startsWith("docker ")));
  });
});

Deno.test("fixtures and output files are paths, and what was written is gone after a run", async () => {
  await withEngines(async (_, arena) => {
    const floors = {
      copy: ["cp", { make: (path: string) => Promise.resolve(`${path}/log`) }, { output: "copy" }],
    };
    await Deno.writeTextFile(`${arena.directory}/log`, "");
    const [copy] = await measureRow({ ...row, floors }, [], 2, arena);
    assert.equal(copy.failure, undefined);
    assert.deepEqual([...Deno.readDirSync(arena.directory)].map(({ name }) => name), ["log"]);
  });
});

Deno.test("a set signal ends the measuring", async () => {
  await withEngines(async (engines, arena) => {
    const signal = AbortSignal.abort();
    await assert.rejects(measureRow(row, engines, 1, { ...arena, signal }), { name: "AbortError" });
  });
});
