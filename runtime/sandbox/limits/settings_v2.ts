/** Limits in the words of cgroup v2: Documentation/admin-guide/cgroup-v2.rst. The formulas are runc's. */

import type { Resources } from "../../../storage/container/resources.ts";
import { pidsMax } from "./settings_v1.ts";
import { bandwidthOf, type Controller, type Setting, type SettingFacts } from "./setting.ts";

type Entry = readonly [file: string, value: number | string | undefined];

/** What is to be written for all the limits that are given. */
export function settingsV2(resources: Resources, facts: SettingFacts): Setting[] {
  const translate = (controller: Controller, entries: readonly Entry[]): Setting[] =>
    entries.flatMap(([file, value]) =>
      value === undefined || value === "" ? [] : [{ controller, file, value: String(value) }]
    );
  return [
    ...translate("memory", memory(resources, facts)),
    ...translate("cpu", [["cpu.weight", cpuWeight(resources.CpuShares)], [
      "cpu.max",
      cpuMax(resources),
    ]]),
    ...translate("cpuset", [
      ["cpuset.cpus", resources.CpusetCpus],
      ["cpuset.mems", resources.CpusetMems],
    ]),
    ...translate("pids", [["pids.max", pidsMax(resources)]]),
    ...translate("io", io(resources, facts)),
  ];
}

function memory({ Memory, MemorySwap, MemoryReservation }: Resources, { hasFile }: SettingFacts) {
  const orMax = (value: number) => value === 0 ? undefined : value < 0 ? "max" : value;
  // Docker's is memory and swap together; this is swap alone.
  const swap = MemorySwap > 0 ? Math.max(MemorySwap - Memory, 0) : orMax(MemorySwap);
  const entries: Entry[] = [
    ["memory.max", orMax(Memory)],
    ["memory.swap.max", hasFile("memory", "memory.swap.max") ? swap : undefined],
    ["memory.low", orMax(MemoryReservation)],
  ];
  return entries;
}

/** From 2..262144 to 1..10000; undefined if there are none. */
export function cpuWeight(shares: number): number | undefined {
  if (shares === 0) return undefined;
  const valid = Math.min(Math.max(shares, 2), 262144);
  return 1 + Math.trunc((valid - 2) * 9999 / 262142);
}

/** `QUOTA PERIOD` in microseconds; undefined if there is neither. */
function cpuMax(resources: Resources): string | undefined {
  const { quota, period } = bandwidthOf(resources);
  if (quota === 0 && period === 0) return undefined;
  return `${quota > 0 ? quota : "max"}${period === 0 ? "" : ` ${period}`}`;
}

/** From 10..1000 to 1..10000. */
export function ioWeight(weight: number): number {
  return 1 + Math.trunc((weight - 10) * 9999 / 990);
}

function io(resources: Resources, { deviceNumber, hasFile }: SettingFacts): Entry[] {
  const { BlkioWeight, BlkioWeightDevice } = resources;
  const [file, weigh] = hasFile("io", "io.bfq.weight")
    ? ["io.bfq.weight", (weight: number) => weight] as const
    : ["io.weight", ioWeight] as const;
  const rates: [name: string, devices: Resources["BlkioDeviceReadBps"]][] = [
    ["rbps", resources.BlkioDeviceReadBps],
    ["wbps", resources.BlkioDeviceWriteBps],
    ["riops", resources.BlkioDeviceReadIOps],
    ["wiops", resources.BlkioDeviceWriteIOps],
  ];
  return [
    [file, BlkioWeight === 0 ? undefined : weigh(BlkioWeight)],
    ...(BlkioWeightDevice ?? []).map(({ Path, Weight }): Entry => [
      file,
      `${deviceNumber(Path)} ${weigh(Weight)}`,
    ]),
    ...rates.flatMap(([name, devices]) =>
      (devices ?? []).map(({ Path, Rate }): Entry => [
        "io.max",
        `${deviceNumber(Path)} ${name}=${Rate}`,
      ])
    ),
  ];
}
