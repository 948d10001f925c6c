/** The table that the bench prints, row by row as they are measured. */

import { type EngineName, engineNames } from "./engines.ts";
import type { Measurement } from "./measure.ts";
import type { Row } from "./row.ts";
import { median, spread } from "./statistics.ts";

const NAME_WIDTH = 34;
const COLUMN_WIDTH = 13;

/** The peers that box is set against. */
const peers = ["docker", "podman"] as const satisfies EngineName[];

export function header(): string {
  return line("", "n", "", [...engineNames, ...peers.map((peer) => `box/${peer}`)]);
}

/** A row of the table, with its floors in a second line and what failed in further ones. */
export function describe(row: Row, measurements: readonly Measurement[]): string {
  const measured = new Map(measurements.map((each) => [each.name, each]));
  const box = middle(measured.get("box compiled")) ?? middle(measured.get("box source"));
  const cells = [
    ...engineNames.map((name) => cell(measured.get(name))),
    ...peers.map((peer) => ratio(box, middle(measured.get(peer)))),
  ];
  const runs = Math.max(...measurements.map(({ samples }) => samples.length));
  const floors = Object.keys(row.floors ?? {}).map((name) => `${name} ${cell(measured.get(name))}`);
  const buildKit = measured.get("buildkit");
  return [
    line(row.name, String(runs), row.unit, cells),
    ...buildKit
      ? [`    buildkit: ${cell(buildKit)}; box/buildkit: ${ratio(box, middle(buildKit))}`]
      : [],
    ...floors.length > 0 ? [`    floors: ${floors.join("; ")}`] : [],
    ...Object.entries(row.leftOut ?? {}).map(([name, reason]) =>
      `    left out: ${name}: ${reason}`
    ),
    ...failures(measurements),
  ].join("\n");
}

function line(name: string, n: string, unit: string, cells: readonly string[]): string {
  const columns = cells.map((text) => text.padStart(COLUMN_WIDTH)).join("");
  return `${name.padEnd(NAME_WIDTH)}${n.padStart(3)} ${unit.padEnd(3)}${columns}`;
}

function middle(measurement: Measurement | undefined): number | undefined {
  return measurement?.samples.length ? median(measurement.samples) : undefined;
}

/** Median and spread. */
function cell(measurement: Measurement | undefined): string {
  const value = middle(measurement);
  if (measurement === undefined || value === undefined) return "-";
  return `${value.toFixed(value < 100 ? 1 : 0)} ±${Math.round(spread(measurement.samples) * 100)}%`;
}

function ratio(box: number | undefined, peer: number | undefined): string {
  return box === undefined || peer === undefined ? "-" : `${(box / peer).toFixed(2)}x`;
}

/** Why some have no or fewer samples: one line for each reason. */
function failures(measurements: readonly Measurement[]): string[] {
  const failed = measurements.filter(({ failure }) => failure !== undefined);
  return [...Map.groupBy(failed, ({ failure }) => failure)].map(([failure, group]) =>
    `    failed: ${group.map(({ name }) => name).join(", ")}: ${failure}`
  );
}
