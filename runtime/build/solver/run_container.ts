/** Carrying out one RUN: a sandbox on a layer that is being made. It is no container of the store, and ends with box. */

import { AT, EPOLL, MS, O } from "../../../ffi/constants.ts";
import { close, openAt, read, withFd } from "../../../ffi/file.ts";
import { cloneTree, setMountAttributes } from "../../../ffi/mount.ts";
import { poller } from "../../../ffi/poller.ts";
import type { Keeper } from "../../../ffi/spawn/keeper.ts";
import { EXIT_STATUS_SIZE } from "../../../ffi/spawn/keeper_wait.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import { noteCgroupParent } from "../../../storage/layer/cgroup_parent.ts";
import type { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import type { MountStub } from "../../../storage/overlay2/make_missing.ts";
import type { Store } from "../../../storage/store.ts";
import { decodeExitStatus } from "../../container/exit_status.ts";
import { groupIn } from "../../container/group.ts";
import { limitContainer, type Limited } from "../../container/limits.ts";
import { drain } from "../../container/monitor/drain.ts";
import { writeHostFiles } from "../../container/network_files.ts";
import { DEFAULT_PATH } from "../../container/default_path.ts";
import { inspectRoot } from "../../container/prepare.ts";
import { securityOf } from "../../container/security.ts";
import { whyChroot } from "../../sandbox/chroot/reason.ts";
import { ownCapabilities } from "../../sandbox/host.ts";
import { alsoMaskedPaths } from "../../sandbox/paths.ts";
import type { SandboxMount, SandboxSpec } from "../../sandbox/spec.ts";
import { startSandbox } from "../../sandbox/start.ts";
import { clearGroup, TemporaryGroup } from "../../sandbox/temporary_group.ts";
import { openRunNetwork, type RunNetwork } from "./run_network.ts";
import { RunStreams } from "./run_streams.ts";

export interface RunRequest {
  readonly argv: readonly string[];
  /** `NAME=value`, without the PATH and HOME that everything gets. */
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDirectory: string;
  /** As --network says it: see openRunNetwork(). */
  readonly network: string;
  /** Further lines of /etc/hosts. */
  readonly extraHosts: readonly string[];
  /** The settings of a container, as far as they are about limits, /dev/shm and rights. */
  readonly hostConfig: HostConfig;
  /** Sorted so that none hides another; their descriptors remain the caller's. */
  readonly mounts: readonly SandboxMount[];
  readonly signal?: AbortSignal;
  output(stream: "stdout" | "stderr", bytes: Uint8Array<ArrayBuffer>): void;
}

/** Killed with box's own end in mind: 128 + SIGKILL. */
const KILLED = 137;

/**
 * Runs a command on the layer, and returns its exit code when nothing of it runs any more and all output was passed on. Throws
 * StartError or ExecutionRefused if it could not be started.
 */
export async function runOnLayer(
  store: Store,
  layer: WorkingLayer,
  request: RunRequest,
): Promise<number> {
  const rootfs = layer.mount(request.mounts.map(stubOf).filter(({ path }) => !isKernels(path)));
  const note = (text: string) => request.output("stderr", new TextEncoder().encode(`${text}\n`));
  // Once the overlay is mounted: by that, what a killed build has of networks is found.
  const mode = whyChroot(store) === undefined ? request.network : "host";
  const network = await openRunNetwork(store, layer.id, mode, note);
  try {
    return await runOnNetwork(layer, rootfs, network, request);
  } finally {
    await network.close();
  }
}

async function runOnNetwork(
  layer: WorkingLayer,
  rootfs: string,
  network: RunNetwork,
  request: RunRequest,
): Promise<number> {
  const { hostConfig } = request, hostname = layer.id.slice(0, 12), scratch = layer.scratch;
  const files = network.filesOf ?? scratch;
  if (network.filesOf === undefined) {
    writeHostFiles(scratch, {
      hostname,
      usesHostNetwork: network.spec === "host",
      extraHosts: request.extraHosts,
      endpoints: network.endpoints,
    });
  }
  const user = inspectRoot(rootfs, request.user, null);
  const security = await securityOf(hostConfig);
  if (whyChroot(layer.store) !== undefined) {
    return await runInChroot(layer, request, { rootfs, user, security });
  }
  using streams = new RunStreams();
  using fds = new DisposableStack();
  const binds = ["resolv.conf", "hostname", "hosts"].map((name) => {
    const treeFd = cloneTree(`${files}/${name}`, false);
    fds.defer(() => close(treeFd));
    setMountAttributes(treeFd, 0, MS.PRIVATE, false);
    const target = `/etc/${name}`;
    return { type: "bind", kind: "file", target, crossesMounts: false, treeFd } as const;
  });
  const targets = new Set(request.mounts.map(({ target }) => target));
  const directory = openAt(AT.FDCWD, scratch, O.PATH | O.DIRECTORY);
  fds.defer(() => close(directory));
  const { CgroupParent } = hostConfig, name = groupIn(layer.id, hostConfig);
  if (CgroupParent) fds.use(noteCgroupParent(layer.store, layer.id, CgroupParent));
  const { cgroup, limits } = await limited(layer.id, name, hostConfig);
  using group = new TemporaryGroup(name, cgroup);
  try {
    const keeper = await startSandbox({
      rootfs,
      readonlyRootfs: false,
      hostname,
      domainname: "",
      network: network.spec,
      hostNamespaces: [],
      mounts: [...binds.filter(({ target }) => !targets.has(target)), ...request.mounts],
      shmSize: hostConfig.ShmSize,
      maskedPaths: hostConfig.MaskedPaths?.length
        ? [...hostConfig.MaskedPaths, ...alsoMaskedPaths]
        : [],
      readonlyPaths: hostConfig.ReadonlyPaths ?? [],
      security,
      user,
      workingDirectory: request.workingDirectory,
      argv: request.argv,
      env: environmentOf(request.env, user.home),
      stdio: streams.sandbox,
      cgroup,
      limits,
      init: false,
    }, { directory, end: streams.endWriter, held: [] });
    return await follow(keeper, streams, request);
  } finally {
    await group.end();
  }
}

/** A group with the limits; none is left if they are refused. */
async function limited(id: string, group: string, hostConfig: HostConfig): Promise<Limited> {
  try {
    return await limitContainer(id, hostConfig);
  } catch (error) {
    await clearGroup(group);
    throw error;
  }
}

/** The same where nothing can be mounted or unshared: the network is that of the surroundings. */
async function runInChroot(
  layer: WorkingLayer,
  request: RunRequest,
  { rootfs, user, security }: Pick<SandboxSpec, "rootfs" | "user" | "security">,
): Promise<number> {
  const scratch = layer.scratch;
  const { confinedSecurity } = await import("../../sandbox/chroot/plan.ts");
  const { placeHostFiles } = await import("../../sandbox/chroot/files.ts");
  const { killProcessesIn } = await import("../../sandbox/chroot/processes.ts");
  placeHostFiles(rootfs, scratch);
  using streams = new RunStreams();
  const directory = openAt(AT.FDCWD, scratch, O.PATH | O.DIRECTORY);
  try {
    const keeper = await startSandbox({
      chroot: true,
      rootfs,
      readonlyRootfs: false,
      hostname: "",
      domainname: "",
      network: "host",
      hostNamespaces: ["pid", "ipc", "uts"],
      mounts: [],
      maskedPaths: [],
      readonlyPaths: [],
      security: confinedSecurity(security, ownCapabilities()),
      user,
      workingDirectory: request.workingDirectory,
      argv: request.argv,
      env: environmentOf(request.env, user.home),
      stdio: streams.sandbox,
      init: false,
    }, { directory, end: streams.endWriter, held: [] });
    return await follow(keeper, streams, request, () => killProcessesIn(rootfs));
  } finally {
    close(directory);
    await killProcessesIn(rootfs);
  }
}

function stubOf(mount: SandboxMount): MountStub {
  return { path: mount.target, kind: mount.type === "bind" ? mount.kind : "directory" };
}

/** What lies in a file system that every sandbox gets anew is made there. */
function isKernels(path: string): boolean {
  return /^\/(dev|proc|sys)(\/|$)/.test(path);
}

/** PATH and HOME, then what was asked for; the last of a name wins. */
function environmentOf(env: readonly string[], home: string): string[] {
  const variables = new Map<string, string>();
  for (const variable of [DEFAULT_PATH, `HOME=${home}`, ...env]) {
    variables.set(variable.split("=", 1)[0], variable);
  }
  return [...variables.values()];
}

async function follow(
  keeper: Keeper,
  streams: RunStreams,
  { signal, output }: RunRequest,
  ended = () => Promise.resolve(),
): Promise<number> {
  const dismiss = () => keeper.dismiss();
  try {
    streams.closeOthersEnds();
    const [stdout, stderr, end] = streams.takeEnds();
    const drains = [
      drain(stdout, (bytes) => output("stdout", bytes)),
      drain(stderr, (bytes) => output("stderr", bytes)),
    ];
    signal?.addEventListener("abort", dismiss);
    if (signal?.aborted) dismiss();
    const code = await readEnd(end);
    await ended(); // what is left would keep the pipes open
    await Promise.all(drains.map(({ ended }) => ended));
    signal?.throwIfAborted();
    return code ?? KILLED;
  } finally {
    signal?.removeEventListener("abort", dismiss);
    keeper.dismiss();
  }
}

/** What the keeper tells; undefined if it was killed. */
async function readEnd(end: number): Promise<number | undefined> {
  await new Promise<void>((resolve) => poller.watch(end, EPOLL.IN, () => resolve()));
  poller.unwatch(end);
  return withFd(end, () => {
    const bytes = new Uint8Array(EXIT_STATUS_SIZE);
    return decodeExitStatus(bytes.subarray(0, read(end, bytes)));
  });
}
