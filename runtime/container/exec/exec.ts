/** Executing a program in a container that runs. */

import type { IdMappings } from "../../../ffi/idmap.ts";
import type { Keeper } from "../../../ffi/spawn/keeper.ts";
import type { WindowSize } from "../../../ffi/terminal.ts";
import type { ContainerFile, HostConfig, StreamEnds } from "../../../storage/container/config.ts";
import {
  containerPath,
  readHostConfig,
  resolveContainerId,
} from "../../../storage/container/container_store.ts";
import { readIdMappings } from "../../../storage/container/id_mappings.ts";
import { mountIdOf } from "../../../storage/container/staged_container.ts";
import { driverOf } from "../../../storage/driver/driver.ts";
import { ConflictError, EngineError } from "../../../storage/errors.ts";
import { randomId } from "../../../storage/id.ts";
import type { Store } from "../../../storage/store.ts";
import { type JoinSpec, startInside } from "../../sandbox/join.ts";
import { whyChroot } from "../../sandbox/chroot/reason.ts";
import { ownCapabilities } from "../../sandbox/host.ts";
import type { SandboxSecurity } from "../../sandbox/security.ts";
import { StartError } from "../../sandbox/start.ts";
import { currentLinkVariables } from "../link_environment.ts";
import { environmentOf, lookUpUser, requireMapped } from "../prepare.ts";
import { isAlive } from "../process_identity.ts";
import { recordContainerEvent } from "../record_event.ts";
import { NotRunningError, readWithProcesses } from "../require_running.ts";
import { noteExec } from "./notes.ts";
import { execSecurity } from "../security.ts";
import { giveStreams } from "../streams.ts";
import { hasUserNamespace } from "../user_namespace/mode.ts";
import { ExecStreams } from "./streams.ts";
import { ExecTarget } from "./target.ts";

export interface ExecRequest {
  readonly argv: readonly string[];
  /** `NAME=value` each, beside the container's own; `NAME` takes one of those away. */
  readonly env?: readonly string[];
  /** `USER[:GROUP]`; by default the container's. */
  readonly user?: string;
  /** An absolute path; by default the container's. */
  readonly workingDirectory?: string;
  /** All the capabilities that box has. */
  readonly privileged?: boolean;
  readonly tty?: boolean;
  /** Whether its standard input is written to. */
  readonly stdin?: boolean;
  /** Of the terminal. */
  readonly size?: WindowSize;
}

/** A process that was executed in a container. */
export interface ExecProcess {
  readonly id: string;
  readonly store: Store;
  readonly container: ContainerFile;
  readonly keeper: Keeper;
  readonly ends: StreamEnds;
}

/** A program that cannot be executed in the container, in docker's words; its exit code is 126 whatever the reason is. */
export class ExecError extends EngineError {
  override readonly name = "ExecError";
  readonly exitCode = 126;
}

/**
 * Executes a program in a container that a user's words mean. Throws ConflictError for one that does not run, or stands still;
 * ExecError, or ExecutionRefused, if the program cannot be executed.
 */
export async function startExec(
  store: Store,
  words: string,
  request: ExecRequest,
  detached = false,
): Promise<ExecProcess> {
  const container = readWithProcesses(store, resolveContainerId(store, words));
  if (container.State.Paused) {
    throw new ConflictError(`Container ${words} is paused, unpause the container before exec`);
  }
  const hostConfig = readHostConfig(store, container.ID);
  const isInChroot = whyChroot(store) !== undefined;
  const root = isInChroot
    ? driverOf(store).mountPoint(store, mountIdOf(store, container.ID))
    : undefined;
  const rights = await execSecurity(hostConfig, request.privileged ?? false);
  const security = isInChroot ? await confined(rights) : rights;
  const id = randomId(), attributes = { execID: id };
  using target = new ExecTarget(container, root);
  const [program, ...args] = request.argv, command = `${program} ${args.join(" ")}`; // a space follows either way
  recordContainerEvent(store, container, `exec_create: ${command}`, attributes);
  recordContainerEvent(store, container, `exec_start: ${command}`, attributes);
  const { tty = false, stdin = false, size } = request;
  const linkVariables = await currentLinkVariables(store, container, hostConfig);
  const ids = hasUserNamespace(hostConfig)
    ? readIdMappings(containerPath(store, container.ID))
    : undefined;
  const description = refusing(() => describeExec(target, request, hostConfig, linkVariables, ids));
  const streams = new ExecStreams(target.root, { tty, stdin, detached, size });
  try {
    if (ids) giveStreams(ids, description.user, streams.stdio, tty);
    const keeper = start({ ...description, security, stdio: streams.stdio, tty }, streams);
    const process = { id, store, container, keeper, ends: streams.ends };
    noteExec(process);
    return process;
  } catch (error) {
    streams.close();
    if (isAlive(container)) throw error;
    throw new NotRunningError(container.ID);
  } finally {
    streams.closeOthersEnds();
  }
}

async function confined(security: SandboxSecurity): Promise<SandboxSecurity> {
  const { confinedSecurity } = await import("../../sandbox/chroot/plan.ts");
  return confinedSecurity(security, ownCapabilities());
}

function describeExec(
  { container: { Config: config }, process, pidNamespace, shared, root, cgroup }: ExecTarget,
  request: ExecRequest,
  hostConfig: HostConfig,
  linkVariables: readonly string[],
  ids: IdMappings | undefined,
): Omit<JoinSpec, "stdio" | "tty" | "security"> {
  const user = lookUpUser(root, request.user || config.User, hostConfig.GroupAdd);
  if (ids) requireMapped(ids, user);
  const workingDirectory = request.workingDirectory || config.WorkingDir || "/";
  if (!workingDirectory.startsWith("/")) {
    throw new ExecError(
      "OCI runtime exec failed: exec failed: Cwd must be an absolute path: unknown",
    );
  }
  const { Hostname } = config, Tty = request.tty ?? false;
  const Env = [...config.Env ?? [], ...request.env ?? []];
  return {
    process,
    pidNamespace,
    shared,
    root,
    cgroup,
    hasUserNamespace: ids !== undefined,
    limits: { ulimits: hostConfig.Ulimits ?? [], oomScoreAdj: hostConfig.OomScoreAdj },
    user,
    workingDirectory,
    argv: request.argv,
    env: environmentOf({ Env, Hostname, Tty }, user, linkVariables),
  };
}

function start(spec: JoinSpec, { ends, endWriter }: ExecStreams): Keeper {
  const { terminal } = ends;
  try {
    return startInside(spec, {
      end: endWriter,
      // For a monitor; and without a master the terminal would hang up when nobody is attached any more.
      held: terminal === undefined ? [ends.end] : [ends.end, terminal],
      discarded: terminal,
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new ExecError(`OCI runtime exec failed: exec failed: ${error.message}: unknown`);
  }
}

/** What is wrong with a request is told as the program's failure. */
function refusing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof EngineError) throw new ExecError(error.message);
    throw error;
  }
}
