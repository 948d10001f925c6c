/** From the options of `run` and `create` to what the engine is asked for. */
import type { CreateRequest } from "../runtime/container/create.ts";
import { UsageError } from "./cli/errors.ts";
import type { ContainerOptions } from "./container_options.ts";
import { checkBind } from "./container_request/bind.ts";
import {
  checkSignal,
  checkWorkingDirectory,
  networkMode,
  tmpfsOf,
} from "./container_request/checks.ts";
import {
  environmentOf,
  labelsOf,
  type Lookup,
  parseKeyValueFile,
} from "./container_request/key_values.ts";
import { mountSpecOf } from "./container_request/mount.ts";
import { normalizePlatform } from "./container_request/platform.ts";

/** What of the process goes into a request. */
export interface RequestSurroundings {
  /** A variable of box's own environment. */
  lookup: Lookup;
  readFile(path: string): Uint8Array;
}

/** The surroundings that box runs in. */
export const processSurroundings: RequestSurroundings = {
  lookup: (name) => Deno.env.get(name),
  readFile: (path) => Deno.readFileSync(path),
};

/**
 * The request that `[OPTIONS] IMAGE [COMMAND] [ARG...]` makes. Throws a UsageError for what the
 * client refuses and an InvalidError for what Docker's daemon would.
 */
export function containerRequest(
  options: ContainerOptions,
  [image, ...command]: readonly string[],
  { lookup, readFile }: RequestSurroundings = processSurroundings,
): CreateRequest {
  checkPullPolicy(options.pull);
  const pairsOf = (paths: readonly string[], lookup: Lookup) =>
    paths.flatMap((path) => parseKeyValueFile(path, readOrRefuse(path, readFile), lookup));
  const { interactive, entrypoint, name, platform, user, hostname, workdir } = options;
  const stopSignal = options["stop-signal"];
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
      AttachStdin: interactive,
      AttachStdout: true,
      AttachStderr: true,
      OpenStdin: interactive,
      StdinOnce: interactive,
      ...(user && { User: user }),
      ...(hostname && { Hostname: hostname }),
      ...(workdir && { WorkingDir: checkWorkingDirectory(workdir) }),
      ...(stopSignal && { StopSignal: checkSignal(stopSignal) }),
      ...(stopTimeout !== undefined && { StopTimeout: stopTimeout }),
    },
    hostConfig: {
      Binds: options.volume.length > 0 ? options.volume.map(checkBind) : null,
      ...(options.mount.length > 0 && { Mounts: options.mount.map(mountSpecOf) }),
      ...(options.tmpfs.length > 0 && { Tmpfs: tmpfsOf(options.tmpfs) }),
      AutoRemove: options.rm,
      ContainerIDFile: options.cidfile ?? "",
      NetworkMode: networkMode(options.network),
      ReadonlyRootfs: options["read-only"],
      ...(options.init && { Init: true }),
    },
  };
}

/** Without a registry an image is there or it is not: "missing" and "never" come to the same. */
function checkPullPolicy(policy: string): void {
  if (policy === "missing" || policy === "never") return;
  throw new UsageError(
    policy === "always"
      ? "--pull always is not supported yet"
      : `invalid pull option: '${policy}': must be one of "always", "missing" or "never"`,
  );
}

function readOrRefuse(path: string, readFile: RequestSurroundings["readFile"]): Uint8Array {
  try {
    return readFile(path);
  } catch (error) {
    throw new UsageError(describeReadError(path, error));
  }
}

function describeReadError(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return `open ${path}: no such file or directory`;
  if (error instanceof Deno.errors.PermissionDenied) return `open ${path}: permission denied`;
  if (error instanceof Deno.errors.IsADirectory) return `read ${path}: is a directory`;
  return error instanceof Error ? error.message : String(error);
}
