import assert from "node:assert/strict";
import { defaultHostConfig } from "../../../../../runtime/container/host_config.ts";
import type { SettingFacts } from "../../../../../runtime/sandbox/limits/setting.ts";
import { settingsV1 } from "../../../../../runtime/sandbox/limits/settings_v1.ts";
import {
  cpuWeight,
  ioWeight,
  settingsV2,
} from "../../../../../runtime/sandbox/limits/settings_v2.ts";
import type { Resources } from "../../../../../storage/container/resources.ts";

/** A host whose devices are all 8:0 and which has these files. */
function host(...files: string[]): SettingFacts {
  return { deviceNumber: () => "8:0", hasFile: (_, file) => files.includes(file) };
}

type Lines = readonly string[];
const sda = (Rate: number) => [{ Path: "/dev/sda", Rate }];

Deno.test("each limit in the files of cgroup v1 and of v2", () => {
  const facts = host("memory.memsw.limit_in_bytes", "memory.swap.max");
  const cases: [resources: Partial<Resources>, v1: Lines, v2: Lines][] = [
    [{}, [], []],
    [{ Memory: 100 }, ["memory.limit_in_bytes=100"], ["memory.max=100"]],
    [
      { Memory: 100, MemorySwap: 300 },
      ["memory.limit_in_bytes=100", "memory.memsw.limit_in_bytes=300"],
      ["memory.max=100", "memory.swap.max=200"],
    ],
    [
      { Memory: 100, MemorySwap: 100 },
      ["memory.limit_in_bytes=100", "memory.memsw.limit_in_bytes=100"],
      ["memory.max=100", "memory.swap.max=0"],
    ],
    [
      { Memory: 100, MemorySwap: -1 },
      ["memory.limit_in_bytes=100", "memory.memsw.limit_in_bytes=-1"],
      ["memory.max=100", "memory.swap.max=max"],
    ],
    [{ MemoryReservation: 50 }, ["memory.soft_limit_in_bytes=50"], ["memory.low=50"]],
    [{ MemorySwappiness: 0 }, ["memory.swappiness=0"], []],
    [{ OomKillDisable: true }, ["memory.oom_control=1"], []],
    [{ OomKillDisable: false }, [], []],
    [{ CpuShares: 512 }, ["cpu.shares=512"], ["cpu.weight=20"]],
    [
      { NanoCpus: 1.5e9 },
      ["cpu.cfs_period_us=100000", "cpu.cfs_quota_us=150000"],
      ["cpu.max=150000 100000"],
    ],
    [{ CpuQuota: 5000 }, ["cpu.cfs_quota_us=5000"], ["cpu.max=5000"]],
    [{ CpuQuota: -1 }, ["cpu.cfs_quota_us=-1"], ["cpu.max=max"]],
    [{ CpuPeriod: 2000 }, ["cpu.cfs_period_us=2000"], ["cpu.max=max 2000"]],
    [
      { CpuRealtimePeriod: 1000, CpuRealtimeRuntime: 100 },
      ["cpu.rt_period_us=1000", "cpu.rt_runtime_us=100"],
      [],
    ],
    [
      { CpusetCpus: "0-1", CpusetMems: "0" },
      ["cpuset.cpus=0-1", "cpuset.mems=0"],
      ["cpuset.cpus=0-1", "cpuset.mems=0"],
    ],
    [{ PidsLimit: 20 }, ["pids.max=20"], ["pids.max=20"]],
    [{ PidsLimit: -1 }, ["pids.max=max"], ["pids.max=max"]],
    [{ PidsLimit: 0 }, [], []],
    [{ BlkioWeight: 500 }, ["blkio.bfq.weight=500"], ["io.weight=4950"]],
    [
      { BlkioWeightDevice: [{ Path: "/dev/sda", Weight: 10 }] },
      ["blkio.bfq.weight_device=8:0 10"],
      ["io.weight=8:0 1"],
    ],
    [{ BlkioDeviceReadBps: sda(1) }, ["blkio.throttle.read_bps_device=8:0 1"], [
      "io.max=8:0 rbps=1",
    ]],
    [{ BlkioDeviceWriteBps: sda(2) }, ["blkio.throttle.write_bps_device=8:0 2"], [
      "io.max=8:0 wbps=2",
    ]],
    [{ BlkioDeviceReadIOps: sda(3) }, ["blkio.throttle.read_iops_device=8:0 3"], [
      "io.max=8:0 riops=3",
    ]],
    [{ BlkioDeviceWriteIOps: sda(4) }, ["blkio.throttle.write_iops_device=8:0 4"], [
      "io.max=8:0 wiops=4",
    ]],
  ];
  for (const [changes, v1, v2] of cases) {
    const resources = { ...defaultHostConfig(), ...changes };
    const lines = (translate: typeof settingsV1) =>
      translate(resources, facts).map(({ file, value }) => `${file}=${value}`);
    assert.deepEqual(lines(settingsV1), v1, JSON.stringify(changes));
    assert.deepEqual(lines(settingsV2), v2, JSON.stringify(changes));
  }
});

Deno.test("files are chosen by what the kernel has", () => {
  const resources = { ...defaultHostConfig(), Memory: 100, MemorySwap: -1, BlkioWeight: 10 };
  const files = (translate: typeof settingsV1, ...present: string[]) =>
    translate(resources, host(...present)).map(({ file }) => file);
  assert.deepEqual(files(settingsV1, "blkio.weight"), ["memory.limit_in_bytes", "blkio.weight"]);
  assert.deepEqual(files(settingsV2, "io.bfq.weight"), ["memory.max", "io.bfq.weight"]);
});

Deno.test("weights are runc's", () => {
  for (const [shares, weight] of [[2, 1], [1, 1], [1024, 39], [262144, 10000], [1 << 20, 10000]]) {
    assert.equal(cpuWeight(shares), weight);
  }
  assert.equal(cpuWeight(0), undefined);
  for (const [weight, expected] of [[10, 1], [500, 4950], [1000, 10000]]) {
    assert.equal(ioWeight(weight), expected);
  }
});
