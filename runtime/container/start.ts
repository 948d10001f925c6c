/** Starting a container, and playing its monitor: passing its streams on, noticing its end, clearing up after it. */

import { SIGNALS } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import { close } from "../../ffi/file.ts";
import type { SpawnedProcess } from "../../ffi/spawn/process.ts";
import { exitCode, reap } from "../../ffi/spawn/pidfd.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readHostConfig,
  writeContainer,
} from "../../storage/container/container_store.ts";
import {
  ensureRunDirectories,
  mountIdOf,
  removeContainer,
} from "../../storage/container/staged_container.ts";
import { ConflictError, EngineError, NotFoundError } from "../../storage/errors.ts";
import { DirectoryLock } from "../../storage/lock.ts";
import { mountOverlay, unmountOverlay } from "../../storage/overlay2/mount.ts";
import type { Store } from "../../storage/store.ts";
import { now } from "../../storage/time.ts";
import { Cgroup, probeCgroups } from "../sandbox/cgroup.ts";
import { ExecutionRefused, StartError, startSandbox } from "../sandbox/start.ts";
import { JsonFileLog } from "./log.ts";
import { ContainerMounts } from "./mounts.ts";
import { writeNetworkFiles } from "./network_files.ts";
import { describeSandbox } from "./prepare.ts";
import { identifyProcess, isAlive } from "./process_identity.ts";
import { lockContainer } from "./lock_container.ts";
import { exitedState } from "./state.ts";
import { type Attachment, ContainerStreams } from "./streams.ts";

export interface StartedContainer {
  /** Sends a signal to the container's first process. */
  signal(signal: number): void;
  /** Resolves with the exit code when the container has ended and everything it wrote was passed on; 128 + signal if killed. */
  readonly exited: Promise<number>;
}

/**
 * Starts a container attached to this process, and with it ends: box is its monitor. Throws StartError with docker's exit
 * code if its program cannot be started; the container is then as it was, with the reason in its state.
 */
export async function startContainer(
  store: Store,
  id: string,
  attachment: Attachment,
): Promise<StartedContainer> {
  assertNotRunning(readContainer(store, id));
  // Taken in the order in which a monitor takes them; the first is free when the run before this one is cleared up.
  const mountId = mountIdOf(store, id);
  const monitorLock = DirectoryLock.take(`${store.overlays}/${mountId}`, "exclusive");
  try {
    using _ = lockContainer(store, id);
    const container = readContainer(store, id), hostConfig = readHostConfig(store, id);
    assertNotRunning(container);
    const run = new Run(store, mountId, monitorLock, container, hostConfig);
    return await run.begin(attachment);
  } catch (error) {
    monitorLock[Symbol.dispose]();
    throw error;
  }
}

function assertNotRunning(container: ContainerFile): void {
  if (!isAlive(container)) return;
  throw new ConflictError("attaching to a container that runs already is not supported yet");
}

/** One run of a container. */
class Run {
  private readonly directory: string;
  private readonly streams: ContainerStreams;
  private cgroup: Cgroup | undefined;
  private log: JsonFileLog | undefined;
  private process: SpawnedProcess | undefined;

  constructor(
    private readonly store: Store,
    private readonly mountId: string,
    /** Held as long as the root is mounted: says that somebody looks after the container. */
    private readonly monitorLock: DirectoryLock,
    private container: ContainerFile,
    private readonly hostConfig: HostConfig,
  ) {
    this.directory = containerPath(store, container.ID);
    this.streams = new ContainerStreams(container.Config.OpenStdin);
  }

  /** Starts the container and begins to look after it. */
  async begin(attachment: Attachment): Promise<StartedContainer> {
    try {
      await this.start();
      return this.attached(this.process!, attachment);
    } catch (error) {
      try {
        if (error instanceof ExecutionRefused) return this.refused(error, attachment);
      } finally {
        this.abandon();
      }
      this.noteFailure(error);
      throw error;
    }
  }

  /** Everything up to the moment at which the container's program runs. */
  private async start(): Promise<void> {
    const { store, container, hostConfig, directory } = this;
    unmountOverlay(store, this.mountId); // what a crash left
    const rootfs = mountOverlay(store, this.mountId);
    ensureRunDirectories(directory);
    await writeNetworkFiles(directory, container, hostConfig);
    this.log = new JsonFileLog(this.logPath);
    using mounts = new ContainerMounts(directory, container, hostConfig);
    const cgroup = this.joinableCgroup();
    try {
      this.process = await startSandbox(describeSandbox(container, hostConfig, {
        rootfs,
        mounts: mounts.mounts,
        stdio: this.streams.stdio,
        cgroup,
      }));
    } finally {
      if (cgroup) close(cgroup.fd);
      this.streams.closeContainerEnds();
    }
    this.note({
      ...container,
      State: {
        ...container.State,
        Running: true,
        Pid: this.process.pid,
        ExitCode: 0,
        Error: "",
        StartedAt: now(),
      },
      BoxProcess: identifyProcess(this.process.pid),
    });
  }

  private joinableCgroup() {
    const hierarchy = probeCgroups();
    if (hierarchy === undefined) return undefined;
    const cgroup = new Cgroup(hierarchy, this.container.ID);
    if (!cgroup.create()) return undefined;
    this.cgroup = cgroup;
    return { hierarchy, fd: cgroup.open() };
  }

  private get logPath(): string {
    return `${this.directory}/${this.container.ID}-json.log`;
  }

  /** Writes what is known of the container now, with what every start leaves in its file. */
  private note(container: ContainerFile): void {
    const path = (name: string) => `${this.directory}/${name}`;
    this.container = {
      ...container,
      HasBeenStartedBefore: true,
      LogPath: this.logPath,
      HostnamePath: path("hostname"),
      HostsPath: path("hosts"),
      ResolvConfPath: path("resolv.conf"),
    };
    writeContainer(this.directory, this.container);
  }

  private attached(process: SpawnedProcess, attachment: Attachment): StartedContainer {
    return {
      signal: (signal) => void process.sendSignal(signal),
      exited: this.monitor(process, attachment),
    };
  }

  private async monitor(process: SpawnedProcess, attachment: Attachment): Promise<number> {
    const log = this.log!;
    const [status, [passed]] = await Promise.all([
      process.waitForExit(),
      Promise.allSettled([
        this.streams.pass(attachment, (stream, bytes) => log.write(stream, bytes)),
      ]),
    ]);
    log.close();
    if (log.failure) attachment.warn(`the container's log is incomplete: ${log.failure.message}`);
    process.close();
    const code = exitCode(status);
    this.finish(code, attachment);
    if (passed.status === "rejected") throw passed.reason;
    return code;
  }

  /** The program exists and the kernel refused it: what docker shows as a container that said so and exited with 1. */
  private refused(error: ExecutionRefused, attachment: Attachment): StartedContainer {
    const EXIT_CODE = 1;
    const message = new TextEncoder().encode(error.message + "\n");
    this.note({ ...this.container, State: { ...this.container.State, StartedAt: now() } });
    this.log!.write("stderr", message);
    attachment.output("stderr", message);
    this.conclude(EXIT_CODE);
    return { signal: () => {}, exited: Promise.resolve(EXIT_CODE) };
  }

  /** Undoes what has been done of a start. */
  private abandon(): void {
    if (this.process) {
      this.process.sendSignal(SIGNALS.SIGKILL);
      reap(this.process.pidfd);
      this.process.close();
    }
    this.streams.closeAll();
    this.log?.close();
    this.release();
  }

  /** Leaves the reason why there was no start in the container's state. */
  private noteFailure(error: unknown): void {
    const { State } = this.container;
    const ExitCode = error instanceof StartError ? error.exitCode : 128;
    const Error = error instanceof globalThis.Error ? error.message : String(error);
    try {
      writeContainer(this.directory, { ...this.container, State: { ...State, ExitCode, Error } });
    } catch (failure) {
      if (!(failure instanceof SystemError)) throw failure; // as on a full disk: the first error is the one to tell
    }
  }

  /** Clears up after the container's process has ended. Where its state cannot be written it is found out by whoever asks. */
  private finish(code: number, attachment: Attachment): void {
    try {
      using _ = lockContainer(this.store, this.container.ID);
      this.release();
      this.conclude(code);
    } catch (error) {
      this.release();
      if (error instanceof NotFoundError) return; // removed as soon as it had ended
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
      attachment.warn(`the end of the container is not recorded: ${error.message}`);
    }
  }

  private release(): void {
    unmountOverlay(this.store, this.mountId);
    this.cgroup?.remove();
    this.monitorLock[Symbol.dispose]();
  }

  private conclude(code: number): void {
    if (this.hostConfig.AutoRemove) {
      const { ID, Name } = readContainer(this.store, this.container.ID);
      removeContainer(this.store, ID, Name.slice(1));
      return;
    }
    // Read again: it may have been renamed while it ran.
    const { BoxProcess: _, ...container } = readContainer(this.store, this.container.ID);
    writeContainer(this.directory, { ...container, State: exitedState(container.State, code) });
  }
}
