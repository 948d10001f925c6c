import assert from "node:assert/strict";
import { StatsRow } from "../../../commands/stats_row.ts";

const usage = {
  cpuTime: 12.5,
  memory: 896 * 1024,
  memoryLimit: 64 * 2 ** 20,
  received: 736,
  sent: 1_234_567,
  read: 0,
  written: 4096,
  pids: 2,
};

function cells(row: StatsRow): string[] {
  return [
    row.Container,
    row.ID,
    row.Name,
    row.CPUPerc,
    row.MemUsage,
    row.MemPerc,
    row.NetIO,
    row.BlockIO,
    row.PIDs,
  ];
}

Deno.test("what a container uses, in docker's units", () => {
  const stats = { id: "c0ffee".repeat(10) + "cafe", name: "web", usage, processors: 1.2345 };
  assert.deepEqual(cells(new StatsRow(stats, "we", true)), [
    "we",
    "c0ffeec0ffee",
    "web",
    "123.45%",
    "896KiB / 64MiB",
    "1.37%",
    "736B / 1.23MB",
    "0B / 4.1kB",
    "2",
  ]);
  assert.equal(new StatsRow(stats, "we", false).ID, stats.id);
});

Deno.test("a container that does not run uses nothing", () => {
  const row = new StatsRow({ id: "c0ffee", name: "off" }, "off", true);
  assert.deepEqual(cells(row).slice(3), [
    "0.00%",
    "0B / 0B",
    "0.00%",
    "0B / 0B",
    "0B / 0B",
    "0",
  ]);
});
