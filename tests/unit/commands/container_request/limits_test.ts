import assert from "node:assert/strict";
import { parseCommandLine } from "../../../../commands/cli/parse.ts";
import { limitOptions } from "../../../../commands/container_options/limits.ts";
import { limitsOf } from "../../../../commands/container_request/limits.ts";

function request(...argv: string[]) {
  return limitsOf(parseCommandLine(limitOptions, argv, false).options);
}

Deno.test("limits in the fields of hostconfig.json", () => {
  const cases: [argv: string[], fields: object][] = [
    [[], {}],
    [["-m", "64m"], { Memory: 64 << 20 }],
    [["--memory", "1.5GiB", "--memory-swap", "-1"], { Memory: 1.5 * 2 ** 30, MemorySwap: -1 }],
    [["--memory-swap=2g", "--memory-reservation", "6mb"], {
      MemorySwap: 2 ** 31,
      MemoryReservation: 6 << 20,
    }],
    [["--memory-swappiness", "0"], {}],
    [["--memory-swappiness", "60"], { MemorySwappiness: 60 }],
    [["--memory-swappiness", "-1"], {}],
    [["--kernel-memory", "7m"], { KernelMemory: 7 << 20 }],
    [["--oom-kill-disable", "--oom-score-adj", "-500"], {
      OomKillDisable: true,
      OomScoreAdj: -500,
    }],
    [["--cpus", "1.5"], { NanoCpus: 1.5e9 }],
    [["--cpus", ".001"], { NanoCpus: 1e6 }],
    [["--cpus", "1/4"], { NanoCpus: 25e7 }],
    [["--cpus", "0.3"], { NanoCpus: 3e8 }],
    [["-c", "512", "--cpu-period", "50000", "--cpu-quota", "-1"], {
      CpuShares: 512,
      CpuPeriod: 50000,
      CpuQuota: -1,
    }],
    [["--cpuset-cpus", "0-3,5", "--cpuset-mems", "0"], { CpusetCpus: "0-3,5", CpusetMems: "0" }],
    [["--pids-limit", "-1"], { PidsLimit: -1 }],
    [["--blkio-weight", "0x64"], { BlkioWeight: 100 }],
    [["--blkio-weight-device", "/dev/sda:300"], {
      BlkioWeightDevice: [{ Path: "/dev/sda", Weight: 300 }],
    }],
    [["--device-read-bps", "/dev/sda:1mb", "--device-read-bps", "/dev/sdb:7"], {
      BlkioDeviceReadBps: [{ Path: "/dev/sda", Rate: 1 << 20 }, { Path: "/dev/sdb", Rate: 7 }],
    }],
    [["--device-write-iops", "/dev/sda:100"], {
      BlkioDeviceWriteIOps: [{ Path: "/dev/sda", Rate: 100 }],
    }],
    [["--shm-size", "1m"], { ShmSize: 1 << 20 }],
    [["--ulimit", "nofile=10:20", "--ulimit", "core=-1", "--ulimit", "nofile=30"], {
      Ulimits: [{ Name: "core", Hard: -1, Soft: -1 }, { Name: "nofile", Hard: 30, Soft: 30 }],
    }],
    [["--cgroupns", "host"], { CgroupnsMode: "host" }],
    [["--cgroupns", ""], {}],
    [["--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.sem=1 2 3 4"], {
      Sysctls: { "net.ipv4.ip_forward": "1", "kernel.sem": "1 2 3 4" },
    }],
    [["--device-cgroup-rule", "c 13:* rwm"], { DeviceCgroupRules: ["c 13:* rwm"] }],
  ];
  for (const [argv, fields] of cases) assert.deepEqual(request(...argv), fields, argv.join(" "));
});

Deno.test("a device is one of the host, a place in the container, and permissions", () => {
  const cases: [text: string, mapping: [string, string, string]][] = [
    ["/dev/a", ["/dev/a", "/dev/a", "rwm"]],
    ["/dev/a:r", ["/dev/a", "/dev/a", "r"]],
    ["/dev/a:/dev/b", ["/dev/a", "/dev/b", "rwm"]],
    ["/dev/a:/dev/../dev//b:wm", ["/dev/a", "/dev/b", "wm"]],
  ];
  for (const [text, [PathOnHost, PathInContainer, CgroupPermissions]] of cases) {
    assert.deepEqual(request("--device", text), {
      Devices: [{ PathOnHost, PathInContainer, CgroupPermissions }],
    });
  }
});

Deno.test("what Docker's client refuses, in its words", () => {
  const flag = (value: string, name: string, reason: string) =>
    `invalid argument "${value}" for "${name}" flag: ${reason}`;
  const rate = "invalid rate for device: /dev/a:x. The correct format is <device-path>:<number>";
  const soft = "ulimit soft limit must be less than or equal to hard limit: ";
  const cases: [argv: string[], message: string][] = [
    [["-m", "x"], flag("x", "-m, --memory", "invalid size: 'x'")],
    [["-m", "-1"], flag("-1", "-m, --memory", "invalid size: '-1'")],
    [["--memory-swap", "-2"], flag("-2", "--memory-swap", "invalid size: '-2'")],
    [["--cpus", "x"], flag("x", "--cpus", "failed to parse x as a rational number")],
    [["--cpus", "0.0000000001"], flag("0.0000000001", "--cpus", "value is too precise")],
    [
      ["--blkio-weight", "70000"],
      flag(
        "70000",
        "--blkio-weight",
        'strconv.ParseUint: parsing "70000": value out of range',
      ),
    ],
    [
      ["--blkio-weight-device", "/dev/a:5"],
      flag("/dev/a:5", "--blkio-weight-device", "invalid weight for device: /dev/a:5"),
    ],
    [
      ["--device-read-bps", "a:5"],
      flag("a:5", "--device-read-bps", "bad format for device path: a:5"),
    ],
    [["--device-read-bps", "/dev/a"], flag("/dev/a", "--device-read-bps", "bad format: /dev/a")],
    [
      ["--device-write-bps", "/dev/a:x"],
      flag(
        "/dev/a:x",
        "--device-write-bps",
        `${rate}[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb`,
      ),
    ],
    [
      ["--device-read-iops", "/dev/a:x"],
      flag("/dev/a:x", "--device-read-iops", `${rate}. Number must be a positive integer`),
    ],
    [["--ulimit", "nofile"], flag("nofile", "--ulimit", "invalid ulimit argument: nofile")],
    [["--ulimit", "x=1"], flag("x=1", "--ulimit", "invalid ulimit type: x")],
    [["--ulimit", "core=2:1"], flag("core=2:1", "--ulimit", `${soft}2 > 1`)],
    [
      ["--ulimit", "core=-1:1"],
      flag("core=-1:1", "--ulimit", `${soft}soft: -1 (unlimited), hard: 1`),
    ],
    [
      ["--sysctl", "kernel.hostname=x"],
      flag("kernel.hostname=x", "--sysctl", "sysctl 'kernel.hostname=x' is not whitelisted"),
    ],
    [
      ["--device-cgroup-rule", "c 1:3"],
      flag("c 1:3", "--device-cgroup-rule", "invalid device cgroup format 'c 1:3'"),
    ],
    [
      ["--memory-swappiness", "101"],
      "invalid value: 101. Valid memory swappiness range is 0-100",
    ],
    [["--cgroupns", "x"], "--cgroupns: invalid CGROUP mode"],
    [["--device", "/dev/a:/b:x"], "bad mode specified: x"],
    [["--device", "/dev/a:b"], "b is not an absolute path"],
    [["--device", "/a:/b:r:w"], "bad format for path: /a:/b:r:w"],
    [["--device", ""], "bad format for path: "],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => request(...argv), { message }, argv.join(" "));
  }
});
