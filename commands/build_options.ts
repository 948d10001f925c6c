/** The options of `build`: docker's, and those of its buildx that box has. */
import { parseByteSize } from "./build_request/byte_size.ts";
import { bool, list, type Option, string, unsupported } from "./cli/options.ts";

const shmSize: Option<number> = {
  type: "bytes",
  short: null,
  description: "Size of /dev/shm",
  initial: 64 << 20,
  parse: parseByteSize,
};

const supported = {
  "add-host": list(null, "Add a custom host-to-IP mapping (host:ip)"),
  "build-arg": list(null, "Set build-time variables"),
  "build-context": list(null, "Additional build contexts (e.g., name=path)"),
  "cache-from": list(null, "Images or directories to consider as cache sources"),
  "cache-to": list(
    null,
    "Cache export destinations (type=inline, type=local,dest=path[,mode=max])",
  ),
  check: bool(null, "Check the Dockerfile and do not build"),
  file: string("f", "Name of the Dockerfile", { shownDefault: "PATH/Dockerfile" }),
  iidfile: string(null, "Write the image ID to the file"),
  "keep-failed": bool(null, "Keep what a failing RUN leaves as an image"),
  label: list(null, "Set metadata for an image"),
  network: string(null, "Set the networking mode for the RUN instructions (none|host)", {
    shownDefault: "host",
  }),
  "no-cache": bool(null, "Do not use cache when building the image"),
  "no-cache-filter": list(null, "Do not cache specified stages"),
  output: string("o", "Output destination (type=docker|oci|tar|local[,dest=path])"),
  platform: string(null, "Set platform for the build (os/architecture[/variant])"),
  progress: string(null, "Set type of progress output (auto|plain|tty|quiet)", { default: "auto" }),
  pull: bool(null, "Always attempt to pull a newer version of the image"),
  quiet: bool("q", "Suppress the build output and print image ID on success"),
  secret: list(null, "Secret to expose to the build (e.g., id=mysecret,src=/local/secret)"),
  "shm-size": shmSize,
  squash: bool(null, "Squash newly built layers into a single new layer"),
  ssh: list(null, "SSH agent socket to expose to the build (default|<id>=<socket>)"),
  tag: list("t", "Name and optionally a tag in the 'name:tag' format"),
  target: string(null, "Set the target build stage to build"),
};

/** What Docker has and box refuses; --rm, --force-rm and --compress say what box does anyway, or what only a daemon needs. */
const refused = {
  "cgroup-parent": unsupported("string", null, "Optional parent cgroup for the container"),
  compress: unsupported("bool", null, "Compress the build context using gzip", {
    reason: "there is no daemon that a context would be sent to",
  }),
  "cpu-period": unsupported("int", null, "Limit the CPU CFS (Completely Fair Scheduler) period"),
  "cpu-quota": unsupported("int", null, "Limit the CPU CFS (Completely Fair Scheduler) quota"),
  "cpu-shares": unsupported("int", "c", "CPU shares (relative weight)"),
  "cpuset-cpus": unsupported("string", null, "CPUs in which to allow execution (0-3, 0,1)"),
  "cpuset-mems": unsupported("string", null, "MEMs in which to allow execution (0-3, 0,1)"),
  "disable-content-trust": unsupported("bool", null, "Skip image verification", {
    default: "true",
  }),
  "force-rm": unsupported("bool", null, "Always remove intermediate containers", {
    default: "true",
    reason: "there are no intermediate containers",
  }),
  isolation: unsupported("string", null, "Container isolation technology"),
  memory: unsupported("bytes", "m", "Memory limit"),
  "memory-swap": unsupported(
    "bytes",
    null,
    "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
  ),
  rm: unsupported("bool", null, "Remove intermediate containers after a successful build", {
    default: "true",
    reason: "there are no intermediate containers",
  }),
  "security-opt": unsupported("list", null, "Security options"),
  ulimit: unsupported("ulimit", null, "Ulimit options"),
};

export const buildOptions = { ...supported, ...refused };
