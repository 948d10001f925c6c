/** From the options of `run` and `create` to what the engine is asked for. */
import type { CreateRequest } from "../runtime/container/create.ts";
import { UsageError } from "./cli/errors.ts";
import type { ContainerOptions } from "./container_options.ts";
import { checkSignal, checkWorkingDirectory } from "./container_request/checks.ts";
import { healthcheckOf } from "./container_request/healthcheck.ts";
import {
  environmentOf,
  labelsOf,
  type Lookup,
  parseKeyValueFile,
} from "./container_request/key_values.ts";
import { limitsOf } from "./container_request/limits.ts";
import { logConfigOf } from "./container_request/log_config.ts";
import { checkPidMode, checkUtsMode } from "./container_request/namespaces.ts";
import { networkRequest } from "./container_request/network.ts";
import { normalizePlatform } from "./container_request/platform.ts";
import { publishRequest } from "./container_request/publish.ts";
import { restartPolicyOf } from "./container_request/restart_policy.ts";
import { securityOf } from "./container_request/security.ts";
import { checkInputDevice, streamsOf } from "./container_request/streams.ts";
import {
  processSurroundings,
  readOrRefuse,
  type RequestSurroundings,
} from "./container_request/surroundings.ts";
import { volumesOf } from "./container_request/volumes.ts";

/**
 * The request that `[OPTIONS] IMAGE [COMMAND] [ARG...]` makes. Throws a UsageError for what the
 * client refuses and an InvalidError for what Docker's daemon would; a CliError for streams that
 * cannot be attached as it is asked for.
 */
export function containerRequest(
  options: ContainerOptions,
  [image, ...command]: readonly string[],
  { lookup, readFile, inputIsTerminal, workingDirectory }: RequestSurroundings =
    processSurroundings,
): CreateRequest {
  checkPullPolicy(options.pull);
  const streams = streamsOf(options), healthcheck = healthcheckOf(options);
  const remap = lookup("BOX_USERNS_REMAP");
  const volumes = volumesOf(options, workingDirectory);
  // `create` attaches nothing yet.
  if (options.detach === false) checkInputDevice(streams, inputIsTerminal);
  const pairsOf = (paths: readonly string[], lookup: Lookup) =>
    paths.flatMap((path) => parseKeyValueFile(path, readOrRefuse(path, readFile), lookup));
  const network = networkRequest(options, lookup);
  const { entrypoint, name, platform, user, hostname, domainname, workdir } = options;
  const stopSignal = options["stop-signal"], published = publishRequest(options);
  const stopTimeout = options["stop-timeout"];

  return {
    ...(name && { name }),
    ...(platform && { platform: normalizePlatform(platform) }),
    config: {
      Image: image,
      Cmd: command.length > 0 ? command : null,
      // Docker's API takes one empty word to mean that the image's entrypoint is not wanted.
      Entrypoint: entrypoint === undefined ? null : [entrypoint],
      Env: environmentOf(pairsOf(options["env-file"], lookup), options.env, lookup),
      Labels: labelsOf(pairsOf(options["label-file"], () => undefined), options.label),
      ...streams,
      ...volumes.config,
      ...published.config,
      ...(healthcheck && { Healthcheck: healthcheck }),
      ...(user && { User: user }),
      ...(hostname && { Hostname: hostname }),
      ...(domainname && { Domainname: domainname }),
      ...(workdir && { WorkingDir: checkWorkingDirectory(workdir) }),
      ...(stopSignal && { StopSignal: checkSignal(stopSignal) }),
      ...(stopTimeout !== undefined && { StopTimeout: stopTimeout }),
      ...network.config,
    },
    hostConfig: {
      ...volumes.hostConfig,
      AutoRemove: options.rm,
      ContainerIDFile: options.cidfile ?? "",
      LogConfig: logConfigOf(options["log-driver"], options["log-opt"]),
      ...network.hostConfig,
      ...published.hostConfig,
      RestartPolicy: restartPolicyOf(options),
      ...(options.ipc && { IpcMode: options.ipc }),
      PidMode: checkPidMode(options.pid ?? ""),
      UTSMode: checkUtsMode(options.uts ?? ""),
      ReadonlyRootfs: options["read-only"],
      ...(options.init && { Init: true }),
      ...securityOf(options, readFile),
      ...limitsOf(options),
    },
    ...(remap && { usernsRemap: remap }),
    ...(network.networks && { networks: network.networks }),
  };
}

function checkPullPolicy(policy: string): void {
  if (["always", "missing", "never"].includes(policy)) return;
  throw new UsageError(
    `invalid pull option: '${policy}': must be one of "always", "missing" or "never"`,
  );
}
