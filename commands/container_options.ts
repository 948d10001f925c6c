/**
 * The options of `run` and `create`: all that Docker 20.10 has. What box cannot do yet is in the
 * table too, so that it is refused instead of ignored.
 */
import { bool, collected, duration, int, list, type OptionValues, string } from "./cli/options.ts";
import { securityOptions } from "./container_options/security.ts";
import { limitOptions } from "./container_options/limits.ts";
import { volumeOptions } from "./container_options/volumes.ts";
import { networkOptions } from "./container_options/network.ts";
import { publishOptions } from "./container_options/publish.ts";
import { validateHostname } from "./container_request/checks.ts";
import { validateLabel, validateVariable } from "./container_request/key_values.ts";
import { parseStream } from "./container_request/streams.ts";
import { unsupportedContainerOptions } from "./unsupported_container_options.ts";

/** What box supports of a container's options. */
const supported = {
  ...limitOptions,
  ...networkOptions,
  attach: collected("list", "a", "Attach to STDIN, STDOUT or STDERR", parseStream),
  cidfile: string(null, "Write the container ID to the file"),
  domainname: string(null, "Container NIS domain name"),
  entrypoint: string(null, "Overwrite the default ENTRYPOINT of the image"),
  env: list("e", "Set environment variables", { validate: validateVariable }),
  "env-file": list(null, "Read in a file of environment variables"),
  "health-cmd": string(null, "Command to run to check health"),
  "health-interval": duration(null, "Time between running the check (ms|s|m|h)"),
  "health-retries": int(null, "Consecutive failures needed to report unhealthy"),
  "health-start-period": duration(
    null,
    "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)",
  ),
  "health-timeout": duration(null, "Maximum time to allow one check to run (ms|s|m|h)"),
  help: bool(null, "Print usage"),
  hostname: string("h", "Container host name", { validate: validateHostname }),
  init: bool(null, "Run an init inside the container that forwards signals and reaps processes"),
  interactive: bool("i", "Keep STDIN open even if not attached"),
  ipc: string(null, "IPC mode to use (private|shareable|host|none|container:ID)"),
  label: list("l", "Set meta data on a container", { validate: validateLabel }),
  "label-file": list(null, "Read in a line delimited file of labels"),
  "log-driver": string(null, "Logging driver for the container (json-file|none)"),
  "log-opt": list(null, "Log driver options"),
  name: string(null, "Assign a name to the container"),
  "no-healthcheck": bool(null, "Disable any container-specified HEALTHCHECK"),
  pid: string(null, "PID namespace to use (host|container:ID)"),
  platform: string(null, "Platform that the image must be for (os/architecture[/variant])"),
  "read-only": bool(null, "Mount the container's root filesystem as read only"),
  restart: string(
    null,
    "Restart policy to apply when a container exits (no|on-failure[:n]|always|unless-stopped)",
    { default: "no" },
  ),
  rm: bool(null, "Automatically remove the container when it exits"),
  "stop-signal": string(null, "Signal to stop a container", { shownDefault: "SIGTERM" }),
  "stop-timeout": int(null, "Timeout (in seconds) to stop a container"),
  tty: bool("t", "Allocate a pseudo-TTY"),
  user: string("u", "Username or UID (format: <name|uid>[:<group|gid>])"),
  uts: string(null, "UTS namespace to use (host)"),
  ...volumeOptions,
  workdir: string("w", "Working directory inside the container"),
  ...securityOptions,
  ...publishOptions,
};

/** The options of `create`. */
export const createOptions = {
  ...supported,
  ...unsupportedContainerOptions,
  pull: pullPolicy("creating"),
};

/** The options of `run`. */
export const runOptions = {
  ...supported,
  ...unsupportedContainerOptions,
  detach: bool("d", "Run container in background and print container ID"),
  "detach-keys": string(null, "Override the key sequence for detaching a container"),
  pull: pullPolicy("running"),
  "sig-proxy": bool(null, "Proxy received signals to the process", true),
};

/** The values that `run` and `create` have in common, and those that only `run` has. */
export type ContainerOptions =
  & OptionValues<typeof createOptions>
  & Partial<Pick<OptionValues<typeof runOptions>, "detach" | "detach-keys" | "sig-proxy">>;

function pullPolicy(whatFollows: string) {
  return string(null, `Pull image before ${whatFollows} ("always"|"missing"|"never")`, {
    default: "missing",
  });
}
