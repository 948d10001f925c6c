/** The options of `build`: docker's, and those of its buildx that box has. */
import { parseByteSize } from "./build_request/byte_size.ts";
import { changeableLimitOptions, limitOptions } from "./container_options/limits.ts";
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
  "cache-from": list(
    null,
    "Images, directories (type=local,src=path) or registries (type=registry,ref=name) to take steps from",
  ),
  "cache-to": list(
    null,
    "Cache export destinations (type=inline, type=local,dest=path[,mode=max], type=registry,ref=name[,mode=max])",
  ),
  "cgroup-parent": string(null, "Optional parent cgroup for the RUN instructions"),
  "cpu-period": changeableLimitOptions["cpu-period"],
  "cpu-quota": changeableLimitOptions["cpu-quota"],
  "cpu-shares": changeableLimitOptions["cpu-shares"],
  "cpuset-cpus": changeableLimitOptions["cpuset-cpus"],
  "cpuset-mems": changeableLimitOptions["cpuset-mems"],
  check: bool(null, "Check the Dockerfile and do not build"),
  file: string("f", "Name of the Dockerfile", { shownDefault: "PATH/Dockerfile" }),
  iidfile: string(null, "Write the image ID to the file"),
  "keep-failed": bool(null, "Keep what a failing RUN leaves as an image"),
  label: list(null, "Set metadata for an image"),
  network: string(
    null,
    "Set the network of the RUN instructions (bridge|none|host|container:ID|NAME)",
    { shownDefault: "BOX_NETWORK, else bridge" },
  ),
  memory: changeableLimitOptions.memory,
  "memory-swap": changeableLimitOptions["memory-swap"],
  "no-cache": bool(null, "Do not use cache when building the image"),
  "no-cache-filter": list(null, "Do not cache specified stages"),
  output: string(
    "o",
    "Output destination (type=docker|oci|tar|local[,dest=path], oci:dir, docker-archive:file)",
  ),
  platform: string(null, "Set platform for the build (os/architecture[/variant])"),
  progress: string(null, "Set type of progress output (auto|plain|tty|quiet)", { default: "auto" }),
  pull: bool(null, "Always attempt to pull a newer version of the image"),
  quiet: bool("q", "Suppress the build output and print image ID on success"),
  secret: list(null, "Secret to expose to the build (e.g., id=mysecret,src=/local/secret)"),
  "security-opt": list(null, "Security options"),
  "shm-size": shmSize,
  squash: bool(null, "Squash newly built layers into a single new layer"),
  ssh: list(null, "SSH agent socket to expose to the build (default|<id>=<socket>)"),
  tag: list("t", "Name and optionally a tag in the 'name:tag' format"),
  target: string(null, "Set the target build stage to build"),
  ulimit: limitOptions.ulimit,
};

/** What Docker or its buildx has and box refuses; some of it says what box does anyway, or what only a daemon needs. */
const refused = {
  compress: unsupported("bool", null, "Compress the build context using gzip", {
    reason: "there is no daemon that a context would be sent to",
  }),
  "disable-content-trust": unsupported("bool", null, "Skip image verification", {
    default: "true",
  }),
  "force-rm": unsupported("bool", null, "Always remove intermediate containers", {
    default: "true",
    reason: "there are no intermediate containers",
  }),
  isolation: unsupported("string", null, "Container isolation technology", { default: "default" }),
  load: unsupported("bool", null, 'Shorthand for "--output=type=docker"', {
    default: "true",
    reason: "without --output, an image of the store is made anyway",
  }),
  "metadata-file": unsupported("string", null, "Write build result metadata to the file"),
  provenance: unsupported("string", null, 'Shorthand for "--attest=type=provenance"', {
    default: "false",
  }),
  push: unsupported("bool", null, 'Shorthand for "--output=type=registry"', {
    reason: "push the image with `box push`",
  }),
  rm: unsupported("bool", null, "Remove intermediate containers after a successful build", {
    default: "true",
    reason: "there are no intermediate containers",
  }),
  sbom: unsupported("string", null, 'Shorthand for "--attest=type=sbom"', { default: "false" }),
};

export const buildOptions = { ...supported, ...refused };
