import assert from "node:assert/strict";
import { isUnsupported, type OptionTable } from "../../../commands/cli/options.ts";
import { parseCommandLine } from "../../../commands/cli/parse.ts";
import { createOptions, runOptions } from "../../../commands/container_options.ts";
import { limitOptions } from "../../../commands/container_options/limits.ts";

// The options of `docker run --help`, version 20.10, and those that it hides on Linux.
const DOCKER = `
  add-host attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile
  cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach
  detach-keys device device-cgroup-rule device-read-bps device-read-iops device-write-bps
  device-write-iops disable-content-trust dns dns-option dns-search domainname entrypoint env
  env-file expose gpus group-add health-cmd health-interval health-retries health-start-period
  health-timeout help hostname init interactive ip ip6 ipc isolation kernel-memory label label-file
  link link-local-ip log-driver log-opt mac-address memory memory-reservation memory-swap
  memory-swappiness mount name network network-alias no-healthcheck oom-kill-disable oom-score-adj
  pid pids-limit platform privileged publish publish-all pull read-only restart rm runtime
  security-opt shm-size sig-proxy stop-signal stop-timeout storage-opt sysctl tmpfs tty ulimit user
  userns uts volume volume-driver volumes-from workdir
  cpu-count cpu-percent io-maxbandwidth io-maxiops
`.trim().split(/\s+/).sort();

const DOCKER_SHORTS: Record<string, string> = {
  a: "attach",
  c: "cpu-shares",
  d: "detach",
  e: "env",
  h: "hostname",
  i: "interactive",
  l: "label",
  m: "memory",
  P: "publish-all",
  p: "publish",
  t: "tty",
  u: "user",
  v: "volume",
  w: "workdir",
};

function shorts(table: OptionTable): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, { short }]) => short === null ? [] : [[short, name]]),
  );
}

Deno.test("run and create know every option of Docker's", () => {
  assert.deepEqual(Object.keys(runOptions).sort(), DOCKER);
  assert.deepEqual(shorts(runOptions), DOCKER_SHORTS);
  const ofRunOnly = ["detach", "detach-keys", "sig-proxy"];
  assert.deepEqual(
    Object.keys(createOptions).sort(),
    DOCKER.filter((name) => !ofRunOnly.includes(name)),
  );
});

Deno.test("what box supports of them", () => {
  const supported = Object.entries(runOptions).flatMap(([name, option]) =>
    isUnsupported(option) ? [] : [name]
  );
  const others = [
    "add-host",
    "attach",
    "cap-add",
    "cap-drop",
    "cidfile",
    "detach",
    "detach-keys",
    "dns",
    "dns-option",
    "dns-search",
    "domainname",
    "entrypoint",
    "env",
    "env-file",
    "expose",
    "group-add",
    "health-cmd",
    "health-interval",
    "health-retries",
    "health-start-period",
    "health-timeout",
    "help",
    "hostname",
    "init",
    "interactive",
    "ip",
    "ip6",
    "ipc",
    "label",
    "label-file",
    "link",
    "link-local-ip",
    "log-driver",
    "log-opt",
    "mac-address",
    "mount",
    "name",
    "network",
    "network-alias",
    "no-healthcheck",
    "pid",
    "platform",
    "privileged",
    "publish",
    "publish-all",
    "pull",
    "read-only",
    "restart",
    "rm",
    "security-opt",
    "sig-proxy",
    "stop-signal",
    "stop-timeout",
    "tmpfs",
    "tty",
    "user",
    "userns",
    "uts",
    "volume",
    "volume-driver",
    "volumes-from",
    "workdir",
  ];
  const expected = [...others, ...Object.keys(limitOptions)];
  assert.deepEqual(supported.sort(), expected.sort());
});

Deno.test("options that box does not support are refused, Docker's defaults are not", () => {
  const cases: [argv: string[], refusal: string | undefined][] = [
    [["--runtime", "x"], "--runtime is not supported yet"],
    [["--disable-content-trust=false"], "--disable-content-trust is not supported yet"],
    [["--disable-content-trust"], undefined],
  ];
  for (const [argv, refusal] of cases) {
    const parsed = parseCommandLine(runOptions, [...argv, "image"], false);
    assert.equal(parsed.refusal?.message, refusal, argv.join(" "));
  }
});

Deno.test("values that cannot be are refused in Docker's words", () => {
  const cases: [argv: string[], message: string][] = [
    [
      ["-e", ""],
      'invalid argument "" for "-e, --env" flag: invalid environment variable: ',
    ],
    [
      ["-e", "=x"],
      'invalid argument "=x" for "-e, --env" flag: invalid environment variable: =x',
    ],
    [
      ["-l", "=x"],
      `invalid argument "=x" for "-l, --label" flag: invalid label '=x': empty name`,
    ],
    [
      ["-l", "a b=c"],
      `invalid argument "a b=c" for "-l, --label" flag: label 'a b' contains whitespaces`,
    ],
    [
      ["--add-host", "a"],
      'invalid argument "a" for "--add-host" flag: bad format for add-host: "a"',
    ],
    [
      ["--add-host", "a:zz"],
      'invalid argument "a:zz" for "--add-host" flag: invalid IP address in add-host: "zz"',
    ],
    [
      ["--dns", "abc"],
      'invalid argument "abc" for "--dns" flag: IP address is not correctly formatted: abc',
    ],
    [
      ["--dns-search", "a b"],
      'invalid argument "a b" for "--dns-search" flag: a b is not a valid domain',
    ],
    [
      ["--stop-timeout", "x"],
      'invalid argument "x" for "--stop-timeout" flag: ' +
      'strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      ["--mount", "type=bind,src=/tmp"],
      'invalid argument "type=bind,src=/tmp" for "--mount" flag: target is required',
    ],
    [
      ["-a", "foo"],
      'invalid argument "foo" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR',
    ],
    [
      ["--health-interval", "5"],
      'invalid argument "5" for "--health-interval" flag: time: missing unit in duration "5"',
    ],
    [
      ["--health-timeout", "x"],
      'invalid argument "x" for "--health-timeout" flag: time: invalid duration "x"',
    ],
    [
      ["-h", "a".repeat(65)],
      `invalid argument "${"a".repeat(65)}" for "-h, --hostname" flag: ` +
      "a host name has at most 64 bytes",
    ],
    [
      ["-h", "a b"],
      'invalid argument "a b" for "-h, --hostname" flag: a host name has no blanks and no control characters',
    ],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => parseCommandLine(runOptions, argv), { name: "FlagError", message });
  }
  const longest = "ä".repeat(32);
  assert.equal(parseCommandLine(runOptions, ["-h", longest]).options.hostname, longest);
});
