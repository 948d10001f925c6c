/** Checking a container's health as long as it runs: the part of its monitor that most containers do not need. */

import { SystemError } from "../../../ffi/errno.ts";
import type { ContainerFile, HealthcheckResult } from "../../../storage/container/config.ts";
import {
  containerPath,
  readContainer,
  readContainerIfExists,
  writeContainer,
} from "../../../storage/container/container_store.ts";
import { ConflictError, EngineError } from "../../../storage/errors.ts";
import type { Store } from "../../../storage/store.ts";
import { now } from "../../../storage/time.ts";
import { formatDuration } from "../../build/duration.ts";
import { ExecutionRefused } from "../../sandbox/start.ts";
import { startExec } from "../exec/exec.ts";
import { ExecSession } from "../exec/session.ts";
import { checkCommandOf, checkSettingsOf, healthAfter, nextCheckAfter } from "../healthcheck.ts";
import { lockContainer } from "../lock_container.ts";
import { recordContainerEvent } from "../record_event.ts";
import type { RunningContainer } from "../running.ts";
import { LimitedOutput } from "./limited_output.ts";

/** The longest time that a timer of Deno's can wait, milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const milliseconds = (nanoseconds: number) => Math.min(nanoseconds / 1e6, LONGEST_TIMEOUT);

export class HealthMonitor {
  private readonly store: Store;
  private readonly id: string;
  /** Which run of the container this is. */
  private readonly pid: number;
  private readonly command: readonly string[];
  private readonly settings: ReturnType<typeof checkSettingsOf>;
  private readonly stopped = Promise.withResolvers<void>();
  private isStopped = false;

  /** Begins, with the first check after an interval. */
  constructor({ store, id, container: { Config: config, State: state } }: RunningContainer) {
    this.store = store;
    this.id = id;
    this.pid = state.Pid;
    this.command = checkCommandOf(config)!;
    this.settings = checkSettingsOf(config.Healthcheck);
    this.run();
  }

  /** Ends it, and the check that is being made. */
  stop(): void {
    this.isStopped = true;
    this.stopped.resolve();
  }

  private async run(): Promise<void> {
    for (;;) {
      await this.waitFor(milliseconds(this.nextCheck()));
      if (this.isStopped) return;
      const container = this.readCurrent();
      // Docker's checks, too, wait until the container goes on.
      if (container === undefined || container.State.Paused) continue;
      await this.check();
    }
  }

  /** Nanoseconds. */
  private nextCheck(): number {
    const { Interval, StartInterval } = this.settings;
    const container = StartInterval === Interval ? undefined : this.readCurrent();
    return container === undefined ? Interval : nextCheckAfter(container, now());
  }

  /** Waits so many milliseconds, or until it is to end, or something else has happened. */
  private async waitFor(timeout: number, event?: Promise<unknown>): Promise<void> {
    const expired = Promise.withResolvers<void>();
    const timer = setTimeout(expired.resolve, timeout);
    await Promise.race([expired.promise, this.stopped.promise, event ?? expired.promise]);
    clearTimeout(timer);
  }

  private async check(): Promise<void> {
    const Start = now(), output = new LimitedOutput();
    const record = (ExitCode: number, Output: string) =>
      this.record({ Start, End: now(), ExitCode, Output });
    let session: ExecSession;
    try {
      const process = await startExec(this.store, this.id, { argv: this.command });
      session = new ExecSession(process, (_, bytes) => output.add(bytes));
    } catch (error) {
      if (error instanceof ExecutionRefused) return record(error.exitCode, error.message + "\n");
      if (error instanceof ConflictError) return; // paused, or ended
      if (!isExpected(error)) throw error;
      return record(-1, error.message);
    }
    const { Timeout } = this.settings;
    let exitCode: number | undefined;
    const exited = session.exited.then((code) => void (exitCode = code));
    await this.waitFor(milliseconds(Timeout), exited);
    if (exitCode !== undefined) return record(exitCode, output.text);
    session.kill();
    if (!this.isStopped) record(-1, `Health check exceeded timeout (${formatDuration(Timeout)})`);
    await exited; // so that those that cannot die do not pile up
  }

  /** The container, if it still is in the run that is checked. */
  private readCurrent(): ContainerFile | undefined {
    try {
      const container = readContainerIfExists(this.store, this.id);
      return container?.State.Running && container.State.Pid === this.pid ? container : undefined;
    } catch (error) {
      if (isExpected(error)) return undefined; // damaged
      throw error;
    }
  }

  private record(result: HealthcheckResult): void {
    if (this.isStopped) return;
    try {
      using _ = lockContainer(this.store, this.id);
      const container = readContainer(this.store, this.id), { State: state } = container;
      if (!state.Running || state.Pid !== this.pid || state.Paused) return;
      const Health = healthAfter(container, result);
      writeContainer(containerPath(this.store, this.id), {
        ...container,
        State: { ...state, Health },
      });
      if (Health.Status === state.Health?.Status) return;
      recordContainerEvent(this.store, container, `health_status: ${Health.Status}`);
    } catch (error) {
      // Removed, or a full disk: the next result may be told again.
      if (!isExpected(error)) throw error;
    }
  }
}

/** Whether an error is about this container, and not about box. */
function isExpected(error: unknown): error is Error {
  return error instanceof EngineError || error instanceof SystemError;
}
