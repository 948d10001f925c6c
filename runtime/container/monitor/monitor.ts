/** A container's monitor: passes its streams on, notices its end, and clears up after it. */

import { close, duplicate } from "../../../ffi/file.ts";
import { setWindowSize, type WindowSize } from "../../../ffi/terminal.ts";
import { poller } from "../../../ffi/poller.ts";
import { sendSignal } from "../../../ffi/spawn/pidfd.ts";
import { containerPath } from "../../../storage/container/container_store.ts";
import { type Exit } from "../exit_status.ts";
import { type RunningContainer } from "../running.ts";
import { isChecked } from "../healthcheck.ts";
import { killLeftBehind } from "../shared_namespaces.ts";
import type { StreamName } from "../streams.ts";
import { volumesOf } from "../volumes.ts";
import type { AttachServer } from "./attach_server.ts";
import { LeftExecs } from "./left_execs.ts";
import type { HealthMonitor } from "./health.ts";
import { concludeRun, exitOf } from "./end.ts";
import { ContainerInput } from "./input.ts";
import { isMemoryLimited, watchMemory } from "./memory.ts";
import { NetworkServices } from "./network_services.ts";
import { ContainerOutput } from "./output.ts";

/** Somebody who sees what a container writes. */
export interface Attachment {
  /** The bytes are valid during the call. A promise holds the container's output up until it is fulfilled. */
  output(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Takes what went wrong without keeping the container from running. */
  warn?(problem: string): void;
}

/** How a run ended. */
export interface Ended extends Exit {
  /** Whether the restart policy demands another one, which is then for the background monitor to start. */
  readonly restarting: boolean;
}

export class Monitor {
  /** What the container reads; undefined if it reads nothing. */
  readonly input: ContainerInput | undefined;
  /** Resolves when the container has ended, all that it wrote was passed on, and its end is recorded. */
  readonly ended: Promise<Ended>;
  /** Processes that were executed in the container and then left to whoever monitors it. */
  readonly execs: LeftExecs;
  /** What is served on the container's networks. */
  readonly network: NetworkServices;
  private readonly attachments = new Set<Attachment>();
  private readonly output: ContainerOutput;
  private ending = false;
  private server: AttachServer | undefined;
  private health: HealthMonitor | undefined;
  private stopWatchingMemory: (() => void) | undefined;

  constructor(private readonly running: RunningContainer) {
    const { container, ends } = running;
    // A terminal is read and written: one descriptor for each, since each is closed when it is done with.
    const inputFd = ends.terminal === undefined ? ends.stdin : duplicate(ends.terminal);
    this.input = inputFd === undefined ? undefined : new ContainerInput(inputFd);
    this.execs = new LeftExecs(running);
    this.output = new ContainerOutput(running, (stream, bytes) => this.show(stream, bytes));
    if (isChecked(container.Config)) this.checkHealth();
    if (running.hostConfig.Memory !== 0) this.watchMemory();
    this.network = new NetworkServices(running);
    this.ended = this.watch();
  }

  /**
   * Lets other processes attach to the container. Without the socket nobody can, as on a full disk, and whoever tries is told so;
   * the container needs its monitor all the same.
   */
  async serve(): Promise<void> {
    const { AttachServer } = await import("./attach_server.ts"); // most do not live long enough
    if (this.ending) return;
    try {
      if (this.server) this.server.renew();
      else this.server = new AttachServer(containerPath(this.running.store, this.id), this);
    } catch {
      // The next one who wants to attach makes it be tried again.
    }
    if (isMemoryLimited(this.running)) this.watchMemory(); // set when there was no socket to tell it by
  }

  get id(): string {
    return this.running.id;
  }

  attach(attachment: Attachment): void {
    this.attachments.add(attachment);
  }

  detach(attachment: Attachment): void {
    this.attachments.delete(attachment);
  }

  private show(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): void | Promise<void> {
    const slow: Promise<void>[] = [];
    for (const attachment of this.attachments) {
      const passed = attachment.output(stream, bytes);
      if (passed !== undefined) slow.push(passed);
    }
    if (slow.length > 0) return Promise.all(slow).then(() => {});
  }

  /** No more will come: shown to a container whose input ends with the first one who is attached to it. */
  endInput(): void {
    if (this.running.container.Config.StdinOnce) this.input?.close();
  }

  /** Sets the size of the container's terminal, if it has one. */
  resize(size: WindowSize): void {
    const { terminal } = this.running.ends;
    if (terminal !== undefined && !this.ending) setWindowSize(terminal, size);
  }

  /** Sends a signal to the container's process. */
  signal(number: number): void {
    const { process } = this.running;
    if (process !== undefined) sendSignal(process, number);
  }

  /** Gives up the role, for another process to take: everything stays as it is, in the keeper's hands. */
  release(): void {
    this.ending = true;
    this.health?.stop();
    this.stopWatchingMemory?.();
    this.network[Symbol.dispose]();
    const { ends, keeper, process, monitorLock } = this.running;
    poller.unwatch(ends.end);
    close(ends.end);
    this.execs.release();
    this.output.release();
    this.input?.close();
    this.server?.close();
    for (const pidfd of [keeper, process]) if (pidfd !== undefined) close(pidfd);
    monitorLock[Symbol.dispose]();
  }

  /** What it takes is loaded only where it is needed. */
  private async checkHealth(): Promise<void> {
    const { HealthMonitor } = await import("./health.ts");
    if (!this.ending) this.health = new HealthMonitor(this.running);
  }

  /** Notes when the kernel kills processes for the limit of memory, which may have come after the start. */
  watchMemory(): void {
    if (this.ending || this.stopWatchingMemory !== undefined) return;
    this.stopWatchingMemory = watchMemory(this.running);
  }

  private async watch(): Promise<Ended> {
    const exit = await exitOf(this.running);
    this.ending = true;
    this.health?.stop();
    this.stopWatchingMemory?.();
    this.network[Symbol.dispose]();
    await killLeftBehind(this.running.store, this.id, this.running.hostConfig);
    await this.execs.ended();
    await this.output.ends();
    this.input?.close();
    const { failure } = this.output;
    if (failure) this.warn(`the container's log is incomplete: ${failure.message}`);
    const volumes = await volumesOf(this.running.store, this.running.container);
    const warn = (problem: string) => this.warn(problem);
    const restarting = await concludeRun(this.running, exit, volumes, warn);
    await this.server?.close(exit.code);
    return { ...exit, restarting };
  }

  private warn(problem: string): void {
    for (const attachment of this.attachments) attachment.warn?.(problem);
  }
}
