/** Starting a container: from its files to a process that runs and is noted. */

import { AT, O } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import type { IdMappings } from "../../ffi/idmap.ts";
import { close, openAt } from "../../ffi/file.ts";
import type { Keeper } from "../../ffi/spawn/keeper.ts";
import type { WindowSize } from "../../ffi/terminal.ts";
import type { ContainerFile, HostConfig, NetworkSocket } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { ensureRunDirectories, mountIdOf } from "../../storage/container/staged_container.ts";
import { readIdMappings } from "../../storage/container/id_mappings.ts";
import { ConflictError, CorruptStoreError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import type { Store } from "../../storage/store.ts";
import type { ContainerVolumes } from "../volume/operations.ts";
import { whyChroot } from "../sandbox/chroot/reason.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import { ExecutionRefused, startSandbox } from "../sandbox/start.ts";
import { recordEnd, recordRestart, releaseHost } from "./conclude.ts";
import { forgetExitStatus } from "./exit_status.ts";
import {
  failedContainer,
  refusedContainer,
  startedContainer,
  withPlaces,
} from "./launch_record.ts";
import { closeCgroup, limitContainer } from "./limits.ts";
import { lockContainer } from "./lock_container.ts";
import { isLogged, openLog } from "./log/container_log.ts";
import { checkLogOptions } from "./log/options.ts";
import { ContainerMounts } from "./mounts.ts";
import { ContainerNetwork, releaseNetwork } from "./network.ts";
import { writeNetworkFiles } from "./network_files.ts";
import { closeSockets, reservePorts } from "./network_sockets.ts";
import { describeSandbox } from "./prepare.ts";
import { isAlive, openProcess } from "./process_identity.ts";
import { linkVariablesOf } from "./link_environment.ts";
import { recordNetworkEvents } from "./network_settings.ts";
import { recordContainerEvent } from "./record_event.ts";
import { needsMonitor } from "./monitor/need.ts";
import { shouldRestart } from "./restart_policy.ts";
import type { RunningContainer } from "./running.ts";
import { securityOf } from "./security.ts";
import { SharedNamespaces } from "./shared_namespaces.ts";
import { closeEnds, ContainerStreams, descriptorsOf, giveStreams } from "./streams.ts";
import { hasUserNamespace } from "./user_namespace/mode.ts";
import { volumesOf } from "./volumes.ts";

export interface LaunchOptions {
  /** Whether the container ends when this process does. */
  readonly tied: boolean;
  /** Whether this process sees what it writes. */
  readonly attached: boolean;
  /** The size of its terminal, if it has one. */
  readonly windowSize?: WindowSize;
  /**
   * The monitor's lock, for the start that the restart policy demands after an end. It belongs to what is returned, and stays
   * the caller's if nothing is.
   */
  readonly restart?: DirectoryLock;
}

/**
 * Starts a container, and makes this process its monitor. Throws StartError with docker's exit code if its program cannot be
 * started, ExecutionRefused if the kernel would not run it: then the container has ended already, with the reason in its log, and
 * may wait for its next start.
 */
export async function launchContainer(
  store: Store,
  id: string,
  options: LaunchOptions,
): Promise<RunningContainer> {
  assertNotRunning(readContainer(store, id));
  // Taken in the order in which a monitor takes them; the first is free when the run before this one is cleared up.
  const mountId = mountIdOf(store, id);
  const lock = options.restart ?? DirectoryLock.take(`${store.overlays}/${mountId}`, "exclusive");
  try {
    using _ = lockContainer(store, id);
    const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
    assertNotRunning(container);
    // It may just have been stopped.
    if (options.restart !== undefined && !container.State.Restarting) {
      throw new ConflictError(`container ${id} is not to be restarted any more`);
    }
    return await new Launch(store, mountId, lock, container, hostConfig, options).run();
  } catch (error) {
    if (options.restart === undefined) lock[Symbol.dispose]();
    throw error;
  }
}

function assertNotRunning(container: ContainerFile): void {
  if (isAlive(container)) throw new ConflictError(`container ${container.ID} is already running`);
}

class Launch {
  private readonly directory: string;
  private readonly streams: ContainerStreams;
  private keeper: Keeper | undefined;
  private volumes: ContainerVolumes | undefined;
  /** Whether they have been said to be mounted. */
  private volumesMounted = false;
  private readonly sockets: NetworkSocket[] = [];
  private network: ContainerNetwork | undefined;
  /** Its own ids; undefined where they are the host's. */
  private readonly ids: IdMappings | undefined;

  constructor(
    private readonly store: Store,
    private readonly mountId: string,
    private readonly monitorLock: DirectoryLock,
    private container: ContainerFile,
    private readonly hostConfig: HostConfig,
    private readonly options: LaunchOptions,
  ) {
    this.directory = containerPath(store, container.ID);
    this.ids = hasUserNamespace(hostConfig) ? readIdMappings(this.directory) : undefined;
    this.streams = new ContainerStreams(container.Config, {
      ids: this.ids,
      outputIsRead: options.attached || needsMonitor(container.Config, hostConfig),
      outputIsLogged: isLogged(hostConfig),
      windowSize: options.windowSize,
    });
  }

  private get isRestart(): boolean {
    return this.options.restart !== undefined;
  }

  async run(): Promise<RunningContainer> {
    const { store, mountId, monitorLock, hostConfig } = this;
    try {
      this.volumes = await volumesOf(store, this.container);
      try {
        await this.start();
      } finally {
        this.streams.closeOthersEnds();
        this.network?.[Symbol.dispose]();
      }
      this.noteStart();
      recordNetworkEvents(store, this.container, "connect");
      recordContainerEvent(store, this.container, "start");
      // Until now it would have gone with box, since nobody would have known of it.
      if (!this.options.tied) this.keeper!.untie();
    } catch (error) {
      this.abandon();
      if (error instanceof ExecutionRefused) await this.noteRefusal(error);
      else {
        await this.releaseHost();
        this.noteFailure(error);
      }
      throw error;
    }
    return {
      store,
      id: this.container.ID,
      mountId,
      monitorLock,
      container: this.container,
      hostConfig,
      ends: this.streams.ends,
      sockets: this.sockets,
      keeper: this.keeper!.pidfd,
      process: openProcess(this.container),
      untie: () => this.keeper!.untie(),
    };
  }

  private async start(): Promise<void> {
    const { store, container, hostConfig, directory, streams } = this;
    checkLogOptions(hostConfig.LogConfig.Type, hostConfig.LogConfig.Config); // they may be dockerd's
    driverOf(store).unmount(store, this.mountId); // what a crash left
    using userNamespace = await this.openUserNamespace();
    const mapped = userNamespace && { userNamespace: userNamespace.fd, ids: this.ids! };
    const isPassing = hostConfig.AutoRemove;
    const rootfs = driverOf(store).mount(store, this.mountId, { mapped, isPassing });
    ensureRunDirectories(directory);
    forgetExitStatus(store, container.ID);
    const why = whyChroot(store);
    if (why !== undefined) return await this.startInChroot(rootfs, why);
    if (this.isRestart) await releaseNetwork(store, container.ID, hostConfig); // what it had before
    await this.reservePorts();
    const network = this.network = await ContainerNetwork.open(
      store,
      this.container,
      hostConfig,
      userNamespace?.fd,
    );
    await this.openResolver(network);
    await writeNetworkFiles(store, directory, container, hostConfig, network);
    using shared = new SharedNamespaces(store, hostConfig);
    await this.volumes?.resolve();
    using volumeTrees = this.volumes?.openTrees({ lasting: true, idsOf: userNamespace?.fd });
    const files = network.filesOf ?? directory;
    using mounts = new ContainerMounts(files, container, hostConfig, {
      shmTree: shared.shmTree,
      volumeTrees,
      idsOf: userNamespace?.fd,
    });
    this.volumes?.recordMounts();
    this.volumesMounted = true;
    const { cgroup, limits } = await limitContainer(container.ID, hostConfig);
    try {
      const spec = describeSandbox(container, hostConfig, {
        rootfs,
        mounts: mounts.mounts,
        streams: streams.sandbox,
        cgroup,
        limits,
        namespaces: shared.spec,
        network: network.spec,
        linkVariables: await linkVariablesOf(store, container, hostConfig, network.endpoints),
        security: await securityOf(hostConfig),
        userNamespace: userNamespace?.spec,
      });
      if (this.ids) giveStreams(this.ids, spec.user, spec.stdio, container.Config.Tty);
      await this.startKept(spec);
    } finally {
      closeCgroup(cgroup);
    }
  }

  /** Where nothing can be mounted or unshared. */
  private async startInChroot(rootfs: string, why: string): Promise<void> {
    const { store, container, hostConfig, directory, streams } = this;
    const { confine, describeInChroot } = await import("./confine.ts");
    confine(container.Config, hostConfig, why); // it may have been made where more was permitted
    const network = this.network = await ContainerNetwork.open(store, container, {
      ...hostConfig,
      NetworkMode: "host",
    });
    await writeNetworkFiles(store, directory, container, hostConfig, network);
    const spec = await describeInChroot(container, hostConfig, {
      rootfs,
      files: directory,
      streams: streams.sandbox,
    });
    await this.startKept(spec);
  }

  private async startKept(spec: SandboxSpec): Promise<void> {
    const { directory, streams } = this;
    const directoryFd = openAt(AT.FDCWD, directory, O.PATH | O.DIRECTORY);
    try {
      this.keeper = await startSandbox(spec, {
        directory: directoryFd,
        end: streams.endWriter,
        held: [...descriptorsOf(streams.held), ...this.sockets.map((each) => each.Descriptor)],
      });
    } finally {
      close(directoryFd);
    }
  }

  private async openUserNamespace() {
    if (!hasUserNamespace(this.hostConfig)) return undefined;
    if (this.ids === undefined) {
      const { ID } = this.container;
      throw new CorruptStoreError(`container ${ID} has no note of the ids that it is to have`);
    }
    const { UserNamespace } = await import("./user_namespace/user_namespace.ts");
    return UserNamespace.open(this.store, this.ids, this.hostConfig);
  }

  /** Before it is connected: what is published then is known to be its own. */
  private async reservePorts(): Promise<void> {
    const { ports, sockets } = await reservePorts(this.store, this.container, this.hostConfig);
    this.sockets.push(...sockets);
    const NetworkSettings = { ...this.container.NetworkSettings, Ports: ports };
    this.container = { ...this.container, NetworkSettings };
  }

  /** Where containers find each other by name: its first question must find somebody. */
  private async openResolver({ spec, endpoints }: ContainerNetwork): Promise<void> {
    if (typeof spec !== "object" || !endpoints.some(({ isDefault }) => !isDefault)) return;
    const { makeResolverSockets } = await import("../network/resolver/sockets.ts");
    this.sockets.push(...makeResolverSockets(spec.namespace));
  }

  private noteStart(): void {
    const { keeper, streams, sockets, network, isRestart } = this;
    const held = { Descriptors: streams.held, ...sockets.length > 0 && { Sockets: sockets } };
    this.note(startedContainer(this.container, keeper!, held, network!, isRestart));
  }

  private note(container: ContainerFile): void {
    const files = this.network?.filesOf ?? this.directory;
    this.container = withPlaces(container, this.store, this.hostConfig, files);
    writeContainer(this.directory, this.container);
  }

  /** Undoes what has been done of a start, but for what is the host's. */
  private abandon(): void {
    this.keeper?.dismiss();
    closeEnds(this.streams.ends);
    closeSockets(this.sockets);
    const NetworkSettings = { ...this.container.NetworkSettings, Ports: {} };
    this.container = { ...this.container, NetworkSettings };
  }

  private async releaseHost(): Promise<void> {
    const { store, container, mountId, volumes, hostConfig } = this;
    await releaseHost(store, container, mountId, volumes, hostConfig);
  }

  /**
   * The program exists and the kernel refused it: what docker shows as a container that said so and exited with 1, and starts
   * again if its policy demands that.
   */
  private async noteRefusal(error: ExecutionRefused): Promise<void> {
    const { store, hostConfig } = this, exit = { code: error.exitCode };
    const container = refusedContainer(this.container, this.isRestart);
    const isRestarted = shouldRestart(container, hostConfig, exit);
    if (!isRestarted) await this.releaseHost();
    this.note(container);
    recordContainerEvent(store, container, "start");
    const log = openLog(store, this.container, hostConfig);
    log.write("stderr", new TextEncoder().encode(error.message + "\n"));
    log.close();
    if (!isRestarted) recordEnd(store, container.ID, exit, this.volumes);
    else recordRestart(store, container.ID, exit, this.volumes);
  }

  /** Leaves the reason why there was no start in the container's state. */
  private noteFailure(error: unknown): void {
    if (this.volumesMounted) this.volumes?.recordUnmounts();
    try {
      writeContainer(this.directory, failedContainer(this.container, error));
    } catch (failure) {
      if (!(failure instanceof SystemError)) throw failure; // as on a full disk: the first error is the one to tell
    }
  }
}
