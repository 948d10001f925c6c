/**
 * The options of `run` and `create`: all that Docker 20.10 has. What box cannot do yet is in the
 * table too, so that it is refused instead of ignored.
 */
import {
  bool,
  collected,
  int,
  list,
  type OptionValues,
  string,
  unsupported,
} from "./cli/options.ts";
import { validateHostname } from "./container_request/checks.ts";
import { validateLabel, validateVariable } from "./container_request/key_values.ts";
import { parseMount } from "./container_request/mount.ts";

/** What box supports of a container's options. */
const supported = {
  cidfile: string(null, "Write the container ID to the file"),
  entrypoint: string(null, "Overwrite the default ENTRYPOINT of the image"),
  env: list("e", "Set environment variables", { validate: validateVariable }),
  "env-file": list(null, "Read in a file of environment variables"),
  help: bool(null, "Print usage"),
  hostname: string("h", "Container host name", { validate: validateHostname }),
  init: bool(null, "Run an init inside the container that forwards signals and reaps processes"),
  interactive: bool("i", "Keep STDIN open even if not attached"),
  label: list("l", "Set meta data on a container", { validate: validateLabel }),
  "label-file": list(null, "Read in a line delimited file of labels"),
  mount: collected("mount", null, "Attach a filesystem mount to the container", parseMount),
  name: string(null, "Assign a name to the container"),
  network: collected(
    "network",
    null,
    "Connect a container to a network (none|host)",
    (text) => text,
    { aliases: ["net"], shownDefault: "none" },
  ),
  platform: string(null, "Platform that the image must be for (os/architecture[/variant])"),
  "read-only": bool(null, "Mount the container's root filesystem as read only"),
  rm: bool(null, "Automatically remove the container when it exits"),
  "stop-signal": string(null, "Signal to stop a container", { shownDefault: "SIGTERM" }),
  "stop-timeout": int(null, "Timeout (in seconds) to stop a container"),
  tmpfs: list(null, "Mount a tmpfs directory"),
  user: string("u", "Username or UID (format: <name|uid>[:<group|gid>])"),
  volume: list("v", "Bind mount a directory or file of the host (source:target[:mode])"),
  workdir: string("w", "Working directory inside the container"),
};

/** What Docker has besides. */
const onlyKnown = {
  "add-host": unsupported("list", null, "Add a custom host-to-IP mapping (host:ip)"),
  attach: unsupported("list", "a", "Attach to STDIN, STDOUT or STDERR"),
  "blkio-weight": unsupported(
    "uint16",
    null,
    "Block IO (relative weight), between 10 and 1000, or 0 to disable",
    { default: "0" },
  ),
  "blkio-weight-device": unsupported("list", null, "Block IO weight (relative device weight)"),
  "cap-add": unsupported("list", null, "Add Linux capabilities"),
  "cap-drop": unsupported("list", null, "Drop Linux capabilities"),
  "cgroup-parent": unsupported("string", null, "Optional parent cgroup for the container"),
  cgroupns: unsupported("string", null, "Cgroup namespace to use (host|private)"),
  "cpu-period": unsupported("int", null, "Limit CPU CFS (Completely Fair Scheduler) period"),
  "cpu-quota": unsupported("int", null, "Limit CPU CFS (Completely Fair Scheduler) quota"),
  "cpu-rt-period": unsupported("int", null, "Limit CPU real-time period in microseconds"),
  "cpu-rt-runtime": unsupported("int", null, "Limit CPU real-time runtime in microseconds"),
  "cpu-shares": unsupported("int", "c", "CPU shares (relative weight)"),
  cpus: unsupported("decimal", null, "Number of CPUs"),
  "cpuset-cpus": unsupported("string", null, "CPUs in which to allow execution (0-3, 0,1)"),
  "cpuset-mems": unsupported("string", null, "MEMs in which to allow execution (0-3, 0,1)"),
  device: unsupported("list", null, "Add a host device to the container"),
  "device-cgroup-rule": unsupported("list", null, "Add a rule to the cgroup allowed devices list"),
  "device-read-bps": unsupported("list", null, "Limit read rate (bytes per second) from a device"),
  "device-read-iops": unsupported("list", null, "Limit read rate (IO per second) from a device"),
  "device-write-bps": unsupported("list", null, "Limit write rate (bytes per second) to a device"),
  "device-write-iops": unsupported("list", null, "Limit write rate (IO per second) to a device"),
  "disable-content-trust": unsupported("bool", null, "Skip image verification", {
    default: "true",
  }),
  dns: unsupported("list", null, "Set custom DNS servers"),
  "dns-option": unsupported("list", null, "Set DNS options", { aliases: ["dns-opt"] }),
  "dns-search": unsupported("list", null, "Set custom DNS search domains"),
  domainname: unsupported("string", null, "Container NIS domain name"),
  expose: unsupported("list", null, "Expose a port or a range of ports"),
  gpus: unsupported(
    "gpu-request",
    null,
    "GPU devices to add to the container ('all' to pass all GPUs)",
  ),
  "group-add": unsupported("list", null, "Add additional groups to join"),
  "health-cmd": unsupported("string", null, "Command to run to check health"),
  "health-interval": unsupported("duration", null, "Time between running the check (ms|s|m|h)", {
    default: "0s",
  }),
  "health-retries": unsupported("int", null, "Consecutive failures needed to report unhealthy"),
  "health-start-period": unsupported(
    "duration",
    null,
    "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)",
    { default: "0s" },
  ),
  "health-timeout": unsupported(
    "duration",
    null,
    "Maximum time to allow one check to run (ms|s|m|h)",
    { default: "0s" },
  ),
  ip: unsupported("string", null, "IPv4 address (e.g., 172.30.100.104)"),
  ip6: unsupported("string", null, "IPv6 address (e.g., 2001:db8::33)"),
  ipc: unsupported("string", null, "IPC mode to use"),
  isolation: unsupported("string", null, "Container isolation technology"),
  "kernel-memory": unsupported("bytes", null, "Kernel memory limit"),
  link: unsupported("list", null, "Add link to another container"),
  "link-local-ip": unsupported("list", null, "Container IPv4/IPv6 link-local addresses"),
  "log-driver": unsupported("string", null, "Logging driver for the container"),
  "log-opt": unsupported("list", null, "Log driver options"),
  "mac-address": unsupported("string", null, "Container MAC address (e.g., 92:d0:c6:0a:29:33)"),
  memory: unsupported("bytes", "m", "Memory limit"),
  "memory-reservation": unsupported("bytes", null, "Memory soft limit"),
  "memory-swap": unsupported(
    "bytes",
    null,
    "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
  ),
  "memory-swappiness": unsupported("int", null, "Tune container memory swappiness (0 to 100)", {
    default: "-1",
  }),
  "network-alias": unsupported("list", null, "Add network-scoped alias for the container", {
    aliases: ["net-alias"],
  }),
  "no-healthcheck": unsupported("bool", null, "Disable any container-specified HEALTHCHECK"),
  "oom-kill-disable": unsupported("bool", null, "Disable OOM Killer"),
  "oom-score-adj": unsupported("int", null, "Tune host's OOM preferences (-1000 to 1000)"),
  pid: unsupported("string", null, "PID namespace to use"),
  "pids-limit": unsupported("int", null, "Tune container pids limit (set -1 for unlimited)"),
  privileged: unsupported("bool", null, "Give extended privileges to this container"),
  publish: unsupported("list", "p", "Publish a container's port(s) to the host"),
  "publish-all": unsupported("bool", "P", "Publish all exposed ports to random ports"),
  restart: unsupported("string", null, "Restart policy to apply when a container exits", {
    default: "no",
  }),
  runtime: unsupported("string", null, "Runtime to use for this container"),
  "security-opt": unsupported("list", null, "Security Options"),
  "shm-size": unsupported("bytes", null, "Size of /dev/shm"),
  "storage-opt": unsupported("list", null, "Storage driver options for the container"),
  sysctl: unsupported("map", null, "Sysctl options"),
  tty: unsupported("bool", "t", "Allocate a pseudo-TTY"),
  ulimit: unsupported("ulimit", null, "Ulimit options"),
  userns: unsupported("string", null, "User namespace to use"),
  uts: unsupported("string", null, "UTS namespace to use"),
  "volume-driver": unsupported("string", null, "Optional volume driver for the container"),
  "volumes-from": unsupported("list", null, "Mount volumes from the specified container(s)"),
  "cpu-count": unsupported("int", null, "CPU count (Windows only)"),
  "cpu-percent": unsupported("int", null, "CPU percent (Windows only)"),
  "io-maxbandwidth": unsupported(
    "bytes",
    null,
    "Maximum IO bandwidth limit for the system drive (Windows only)",
  ),
  "io-maxiops": unsupported("uint", null, "Maximum IOps limit for the system drive (Windows only)"),
};

/** The options of `create`. */
export const createOptions = {
  ...supported,
  ...onlyKnown,
  pull: pullPolicy("creating"),
};

/** The options of `run`. */
export const runOptions = {
  ...supported,
  ...onlyKnown,
  detach: unsupported("bool", "d", "Run container in background and print container ID"),
  "detach-keys": unsupported("string", null, "Override the key sequence for detaching a container"),
  pull: pullPolicy("running"),
  "sig-proxy": bool(null, "Proxy received signals to the process", true),
};

/** The values that `run` and `create` have in common. */
export type ContainerOptions = OptionValues<typeof createOptions>;

function pullPolicy(whatFollows: string) {
  return string(null, `Pull image before ${whatFollows} ("missing"|"never")`, {
    default: "missing",
  });
}
