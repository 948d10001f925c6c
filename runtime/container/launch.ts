/** Starting a container: from its files to a process that runs and is noted. */

import { SystemError } from "../../ffi/errno.ts";
import type { Keeper } from "../../ffi/spawn/keeper.ts";
import type { WindowSize } from "../../ffi/terminal.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { mountIdOf } from "../../storage/container/staged_container.ts";
import { ConflictError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import type { Store } from "../../storage/store.ts";
import { ExecutionRefused } from "../sandbox/start.ts";
import { recordEnd, recordRestart, releaseHost } from "./conclude.ts";
import {
  failedContainer,
  refusedContainer,
  startedContainer,
  withPlaces,
} from "./launch_record.ts";
import { lockContainer } from "./lock_container.ts";
import { HostStart, idsOf, withPorts } from "./host_start.ts";
import { isLogged, openLog } from "./log/container_log.ts";
import { closeSockets } from "./network_sockets.ts";
import { isAlive, openProcess } from "./process_identity.ts";
import { recordNetworkEvents } from "./network_settings.ts";
import { recordContainerEvent } from "./record_event.ts";
import { needsMonitor } from "./monitor/need.ts";
import { shouldRestart } from "./restart_policy.ts";
import type { RunningContainer } from "./running.ts";
import { closeEnds, ContainerStreams } from "./streams.ts";

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
  private readonly host: HostStart;
  private keeper: Keeper | undefined;

  constructor(
    private readonly store: Store,
    private readonly mountId: string,
    private readonly monitorLock: DirectoryLock,
    private container: ContainerFile,
    private readonly hostConfig: HostConfig,
    private readonly options: LaunchOptions,
  ) {
    this.directory = containerPath(store, container.ID);
    const ids = idsOf(store, container.ID, hostConfig);
    this.streams = new ContainerStreams(container.Config, {
      ids,
      outputIsRead: options.attached || needsMonitor(container.Config, hostConfig),
      outputIsLogged: isLogged(hostConfig),
      windowSize: options.windowSize,
    });
    this.host = new HostStart(store, mountId, container, hostConfig, this.streams, ids);
  }

  private get isRestart(): boolean {
    return this.options.restart !== undefined;
  }

  async run(): Promise<RunningContainer> {
    const { store, mountId, monitorLock, hostConfig, host } = this;
    try {
      this.keeper = await host.run(this.isRestart);
      this.noteStart(this.keeper);
      recordNetworkEvents(store, this.container, "connect");
      recordContainerEvent(store, this.container, "start");
      // Until now it would have gone with box, since nobody would have known of it.
      if (!this.options.tied) this.keeper.untie();
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
      sockets: host.sockets,
      keeper: this.keeper.pidfd,
      process: openProcess(this.container),
      untie: () => this.keeper!.untie(),
    };
  }

  private noteStart(keeper: Keeper): void {
    const { streams, host: { sockets, network, ports }, isRestart } = this;
    const held = { Descriptors: streams.held, ...sockets.length > 0 && { Sockets: sockets } };
    const container = withPorts(this.container, ports);
    this.note(startedContainer(container, keeper, held, network!, isRestart));
  }

  private note(container: ContainerFile): void {
    const files = this.host.network?.filesOf ?? this.directory;
    this.container = withPlaces(container, this.store, this.hostConfig, files);
    writeContainer(this.directory, this.container);
  }

  /** Undoes what has been done of a start, but for what is the host's. */
  private abandon(): void {
    this.keeper?.dismiss();
    closeEnds(this.streams.ends);
    closeSockets(this.host.sockets);
    this.container = withPorts(this.container, {});
  }

  private async releaseHost(): Promise<void> {
    const { store, container, mountId, host, hostConfig } = this;
    await releaseHost(store, container, mountId, host.volumes, hostConfig);
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
    if (!isRestarted) recordEnd(store, container.ID, exit, this.host.volumes);
    else recordRestart(store, container.ID, exit, this.host.volumes);
  }

  /** Leaves the reason why there was no start in the container's state. */
  private noteFailure(error: unknown): void {
    if (this.host.volumesMounted) this.host.volumes?.recordUnmounts();
    try {
      writeContainer(this.directory, failedContainer(this.container, error));
    } catch (failure) {
      if (!(failure instanceof SystemError)) throw failure; // as on a full disk: the first error is the one to tell
    }
  }
}
