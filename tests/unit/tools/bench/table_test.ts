import assert from "node:assert/strict";
import type { Row } from "../../../../tools/bench/row.ts";
import { describe, header } from "../../../../tools/bench/table.ts";

const row: Row = {
  name: "import",
  unit: "ms",
  runs: 3,
  measured: [],
  floors: { "tar x": ["tar"] },
};

const measurements = [
  { name: "box source", samples: [60, 60, 60] },
  { name: "box compiled", samples: [40, 50, 60] },
  { name: "docker", samples: [200, 200, 200] },
  { name: "podman", samples: [], failure: "no space left" },
  { name: "tar x", samples: [7.04, 7.04] },
];

Deno.test("a row has medians with their spread, and ratios of the compiled box", () => {
  const [line] = describe(row, measurements).split("\n");
  assert.deepEqual(line.split(/\s{2,}/), [
    "import",
    "3 ms",
    "60.0 ±0%",
    "50.0 ±10%",
    "200 ±0%",
    "-",
    "0.25x",
    "-",
  ]);
});

Deno.test("a row is as wide as the header, so that columns stand below each other", () => {
  const [line] = describe(row, measurements).split("\n");
  assert.equal(line.length, header().length);
});

Deno.test("ratios are of the box from source when there is no compiled one", () => {
  const [line] = describe(row, measurements.filter(({ name }) => name !== "box compiled"))
    .split("\n");
  assert.match(line, /0\.30x/);
});

Deno.test("further lines tell the floors, who was left out, and who failed and why", () => {
  const failed = { name: "box source", samples: [], failure: "no space left" };
  const [, ...lines] = describe(
    { ...row, leftOut: { docker: "slow" } },
    [failed, ...measurements.slice(1)],
  ).split("\n");
  assert.deepEqual(lines, [
    "    floors: tar x 7.0 ±0%",
    "    left out: docker: slow",
    "    failed: box source, podman: no space left",
  ]);
});

Deno.test("where BuildKit takes part, a line of its own says how it did", () => {
  const buildkit = { name: "buildkit", samples: [100, 100] };
  const [, line] = describe(row, [...measurements, buildkit]).split("\n");
  assert.equal(line, "    buildkit: 100 ±0%; box/buildkit: 0.50x");
});
