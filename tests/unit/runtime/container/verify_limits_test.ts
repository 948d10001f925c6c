import assert from "node:assert/strict";
import { contradiction } from "../../../../runtime/container/change_limits.ts";
import { defaultHostConfig } from "../../../../runtime/container/host_config.ts";
import { verifyLimits } from "../../../../runtime/container/verify_limits.ts";
import type { LimitSupport } from "../../../../runtime/sandbox/limits/support.ts";
import type { HostConfig } from "../../../../storage/container/config.ts";
import type { Resources } from "../../../../storage/container/resources.ts";

const all: LimitSupport = {
  memory: true,
  swap: true,
  memoryReservation: true,
  memorySwappiness: true,
  oomKillDisable: true,
  pids: true,
  cpuShares: true,
  cpuBandwidth: true,
  cpuRealtime: true,
  cpuset: true,
  cpus: "0-1",
  mems: "0",
  ioWeight: true,
  ioRates: true,
  devices: true,
};

const nothing = Object.fromEntries(
  Object.entries(all).map(([name, value]) => [name, typeof value === "string" ? "" : false]),
) as unknown as LimitSupport;

const MB = 1 << 20;

function verify(changes: Partial<HostConfig>, support = all, isUpdate = false) {
  return verifyLimits({ ...defaultHostConfig(), ...changes }, support, isUpdate);
}

Deno.test("what docker accepts, and what it makes of it", () => {
  const cases: [asked: Partial<HostConfig>, kept?: Partial<HostConfig>][] = [
    [{}],
    [{ Memory: 6 * MB }, { Memory: 6 * MB, MemorySwap: 12 * MB }],
    [{ Memory: 6 * MB, MemorySwap: 6 * MB }],
    [{ Memory: 6 * MB, MemorySwap: -1, MemoryReservation: 6 * MB }],
    [{ MemorySwappiness: 100 }],
    [{ PidsLimit: 20 }],
    [{ PidsLimit: -1 }, { PidsLimit: null }],
    [{ NanoCpus: 1e7 }],
    [{ CpuPeriod: 1000, CpuQuota: 1000 }],
    [{ CpuQuota: -1 }],
    [{ CpusetCpus: "0,1", CpusetMems: "0" }],
    [{ BlkioWeight: 10 }],
    [{ OomScoreAdj: -1000 }],
    [{ Sysctls: { "kernel.msgmax": "1", "net.ipv4.conf.eth0/1.rp_filter": "1" } }],
    [{ Sysctls: { "fs.mqueue.msg_max": "1" }, NetworkMode: "host" }],
  ];
  for (const [asked, kept = asked] of cases) {
    assert.deepEqual(verify(asked), {
      hostConfig: { ...defaultHostConfig(), ...asked, ...kept },
      warnings: [],
    });
  }
});

Deno.test("what docker refuses, in its words", () => {
  const notOwn = (name: string) => `sysctl "${name}" is not in a separate kernel namespace`;
  const cases: [asked: Partial<HostConfig>, message: string][] = [
    [{ Memory: 6 * MB - 1 }, "Minimum memory limit allowed is 6MB"],
    [
      { Memory: 8 * MB, MemorySwap: 7 * MB },
      "Minimum memoryswap limit should be larger than memory limit, see usage",
    ],
    [
      { MemorySwap: 7 * MB },
      "You should always set the Memory limit when using Memoryswap limit, see usage",
    ],
    [{ MemoryReservation: 1 }, "Minimum memory reservation allowed is 6MB"],
    [
      { Memory: 7 * MB, MemoryReservation: 8 * MB },
      "Minimum memory limit can not be less than memory reservation limit, see usage",
    ],
    [{ MemorySwappiness: 101 }, "Invalid value: 101, valid memory swappiness range is 0-100"],
    [
      { NanoCpus: 1e9, CpuPeriod: 1000 },
      "Conflicting options: Nano CPUs and CPU Period cannot both be set.",
    ],
    [
      { NanoCpus: 1e9, CpuQuota: 1000 },
      "Conflicting options: Nano CPUs and CPU Quota cannot both be set.",
    ],
    [
      { CpuPeriod: 999 },
      "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
    ],
    [{ CpuQuota: 999 }, "CPU cfs quota can not be less than 1ms (i.e. 1000)"],
    [
      { CpusetCpus: "2" },
      "Requested CPUs are not available - requested 2, available: 0-1",
    ],
    [
      { CpusetMems: "1" },
      "Requested memory nodes are not available - requested 1, available: 0",
    ],
    [{ CpusetCpus: "x" }, "Invalid value x for cpuset cpus: invalid format: x"],
    [{ CpusetCpus: "1-0" }, "Invalid value 1-0 for cpuset cpus: invalid format: 1-0"],
    [{ BlkioWeight: 9 }, "Range of blkio weight is from 10 to 1000"],
    [{ OomScoreAdj: 1001 }, "Invalid value 1001, range for oom score adj is [-1000, 1000]"],
    [{ ShmSize: -1 }, "SHM size can not be less than 0"],
    [{ Sysctls: { "kernel.hostname": "x" } }, notOwn("kernel.hostname")],
    [{ Sysctls: { "net.//.kernel.hostname": "x" } }, notOwn("net.//.kernel.hostname")],
    [{ Sysctls: { "net..x": "x" } }, notOwn("net..x")],
    [
      { Sysctls: { "net.ipv4.ip_forward": "1" }, NetworkMode: "host" },
      'sysctl "net.ipv4.ip_forward" not allowed in host network namespace',
    ],
    [
      { Sysctls: { "kernel.sem": "1" }, IpcMode: "host" },
      'sysctl "kernel.sem" is not allowed in the hosts ipc namespace',
    ],
  ];
  for (const [asked, message] of cases) {
    assert.throws(() => verify(asked), { name: "InvalidError", message });
  }
});

Deno.test("what the kernel cannot do is discarded with docker's warning", () => {
  const lacks = (what: string, end: string) =>
    `Your kernel does not support ${what} or the cgroup is not mounted. ${end}`;
  const device = [{ Path: "/dev/sda", Rate: 1 }];
  const cases: [asked: Partial<Resources>, kept: Partial<Resources>, warning: string][] = [
    [
      { Memory: 8 * MB },
      { Memory: 0, MemorySwap: -1 },
      lacks("memory limit capabilities", "Limitation discarded."),
    ],
    [
      { MemoryReservation: 8 * MB },
      { MemoryReservation: 0 },
      lacks("memory soft limit capabilities", "Limitation discarded."),
    ],
    [
      { MemorySwappiness: 1 },
      { MemorySwappiness: null },
      lacks("memory swappiness capabilities", "Memory swappiness discarded."),
    ],
    [
      { KernelMemory: 8 * MB },
      { KernelMemory: 0 },
      lacks("kernel memory limit capabilities", "Limitation discarded."),
    ],
    [
      { OomKillDisable: true },
      { OomKillDisable: null },
      "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
    ],
    [
      { PidsLimit: 5 },
      { PidsLimit: null },
      lacks("PIDs limit capabilities", "PIDs limit discarded."),
    ],
    [{ CpuShares: 5 }, { CpuShares: 0 }, lacks("CPU shares", "Shares discarded.")],
    [
      { CpuQuota: 5000 },
      { CpuPeriod: 0, CpuQuota: 0 },
      "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
    ],
    [
      { CpusetCpus: "0" },
      { CpusetCpus: "", CpusetMems: "" },
      lacks("cpuset", "Cpuset discarded."),
    ],
    [{ BlkioWeight: 50 }, { BlkioWeight: 0 }, lacks("Block I/O weight", "Weight discarded.")],
    [
      { BlkioWeightDevice: [{ Path: "/dev/sda", Weight: 10 }] },
      { BlkioWeightDevice: [] },
      lacks("Block I/O weight_device", "Weight-device discarded."),
    ],
    [
      { BlkioDeviceReadBps: device },
      { BlkioDeviceReadBps: null },
      lacks("BPS Block I/O read limit", "Block I/O BPS read limit discarded."),
    ],
    [
      { BlkioDeviceWriteIOps: device },
      { BlkioDeviceWriteIOps: null },
      lacks("IOPS Block write limit", "Block I/O IOPS write limit discarded."),
    ],
  ];
  for (const [asked, kept, warning] of cases) {
    assert.deepEqual(verify(asked, nothing), {
      hostConfig: { ...defaultHostConfig(), ...asked, ...kept },
      warnings: [warning],
    });
  }
  assert.deepEqual(verify({ Memory: 8 * MB }, { ...all, swap: false }), {
    hostConfig: { ...defaultHostConfig(), Memory: 8 * MB, MemorySwap: -1 },
    warnings: [lacks("swap limit capabilities", "Memory limited without swap.")],
  });
  assert.throws(() => verify({ NanoCpus: 1e9 }, nothing), /NanoCPUs can not be set/);
  assert.throws(() => verify({ CpuRealtimeRuntime: 1 }, nothing), /CPU real-time scheduler/);
});

Deno.test("an OOM killer that is off without a limit is warned of", () => {
  assert.match(verify({ OomKillDisable: true }).warnings.join(), /^OOM killer is disabled/);
  assert.deepEqual(verify({ OomKillDisable: true, Memory: 8 * MB }).warnings, []);
});

Deno.test("an update gives no limit that was not asked for", () => {
  assert.equal(verify({ Memory: 8 * MB }, all, true).hostConfig.MemorySwap, 0);
  assert.equal(verify({ MemorySwap: 8 * MB }, all, true).hostConfig.MemorySwap, 8 * MB);
  assert.equal(verify({ PidsLimit: -1 }, all, true).hostConfig.PidsLimit, -1);
});

Deno.test("changes that contradict what a container has", () => {
  const already = (what: string, other: string) =>
    `Conflicting options: ${what} cannot be updated as ${other} has already been set`;
  const swap = "Memory limit should be smaller than already set memoryswap limit, " +
    "update the memoryswap at the same time";
  const cases: [
    has: Partial<Resources>,
    changes: Partial<Resources>,
    reason: string | undefined,
  ][] = [
    [{ CpuPeriod: 1000 }, { NanoCpus: 1 }, already("Nano CPUs", "CPU Period")],
    [{ CpuQuota: 1000 }, { NanoCpus: 1 }, already("Nano CPUs", "CPU Quota")],
    [{ NanoCpus: 1 }, { CpuPeriod: 1000 }, already("CPU Period", "NanoCPUs")],
    [{ NanoCpus: 1 }, { CpuQuota: 1000 }, already("CPU Quota", "NanoCPUs")],
    [{}, { Memory: 8 * MB }, swap],
    [{ Memory: 8 * MB, MemorySwap: 16 * MB }, { Memory: 17 * MB }, swap],
    [{ Memory: 8 * MB, MemorySwap: 16 * MB }, { Memory: 16 * MB }, undefined],
    [{}, { Memory: 8 * MB, MemorySwap: 8 * MB }, undefined],
  ];
  for (const [has, changes, reason] of cases) {
    assert.equal(contradiction({ ...defaultHostConfig(), ...has }, changes), reason);
  }
});
