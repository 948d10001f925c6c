/** What a container has written, from its log: `logs`. */

import type { ContainerFile } from "../../../storage/container/config.ts";
import {
  containerPath,
  readContainerIfExists,
  readHostConfig,
} from "../../../storage/container/container_store.ts";
import { EngineError } from "../../../storage/errors.ts";
import type { Store } from "../../../storage/store.ts";
import { watchAgain } from "../monitor/watch.ts";
import { isAlive } from "../process_identity.ts";
import { withTrueState } from "../state.ts";
import { jsonFilePath } from "./container_log.ts";
import { DirectoryChanges } from "./directory_changes.ts";
import type { RecordReceiver } from "./log_file.ts";
import { LogReader } from "./log_reader.ts";

export interface LogsRequest {
  /** Go on until the container has ended. */
  readonly follow: boolean;
  /** Only so many of the last records, before `since` and `until` are looked at; all if undefined. */
  readonly tail?: number;
  /** RFC 3339 in UTC with nine digits of a second; both are included. */
  readonly since?: string;
  readonly until?: string;
}

export interface LogsReceiver {
  /** Takes a record, which is only valid during the call. */
  record: RecordReceiver;
  /** Called when there are no more for the moment, and at the end. */
  pause(): void;
}

/** Throws EngineError in docker's words where the log driver keeps nothing. */
export async function readLogs(
  store: Store,
  id: string,
  request: LogsRequest,
  receiver: LogsReceiver,
): Promise<void> {
  const { Type } = readHostConfig(store, id).LogConfig;
  if (Type !== "json-file" && Type !== "") {
    throw new EngineError("configured logging driver does not support reading");
  }
  await catchUp(store, id);
  using changes = request.follow ? new DirectoryChanges(containerPath(store, id)) : undefined;
  using reader = LogReader.open(jsonFilePath(store, id), request.tail);
  const end = new EndOfContainer(store, id);
  let received = false;
  const receive = between(request, (record) => {
    received = true;
    return receiver.record(record);
  });
  for (;;) {
    // Asked before reading: what is written until the end is recorded is read after it.
    const ended = changes === undefined || end.hasCome(received);
    received = false;
    const more = reader.read(receive);
    receiver.pause();
    if (ended || !more) return;
    await changes.next(CHECK_INTERVAL);
    if (!received) await catchUp(store, id);
  }
}

/** Sees to it that the log goes on, and that all is in it if the container has ended, though its monitor was killed. */
async function catchUp(store: Store, id: string): Promise<void> {
  const container = readContainerIfExists(store, id);
  if (!container?.State.Running) return;
  if (isAlive(container) || container.State.Restarting) await watchAgain(store, [container]);
  else await (await import("../unwatched.ts")).concludeUnwatched(store, id);
}

/** Those between two points in time; the first one after them ends the reading. */
function between({ since, until }: LogsRequest, receive: RecordReceiver): RecordReceiver {
  if (since === undefined && until === undefined) return receive;
  return (record) => {
    const { time } = record;
    if (since !== undefined && time < since) return true;
    return (until === undefined || time <= until) && receive(record);
  };
}

/** How often to look whether a container's process is gone although nobody records it. Milliseconds. */
const CHECK_INTERVAL = 500;
/** How long nothing must have come of such a container: its monitor may still be reading. Milliseconds. */
const PATIENCE = 2000;

/** Whether a container writes no more. */
class EndOfContainer {
  private goneSince: number | undefined;

  constructor(private readonly store: Store, private readonly id: string) {}

  /** `received` says whether something came since the last call. */
  hasCome(received: boolean): boolean {
    const container = readContainerIfExists(this.store, this.id);
    if (container === undefined || isRecordedAsEnded(container)) return true;
    if (
      received || container.State.Restarting || withTrueState(this.store, container).State.Running
    ) {
      this.goneSince = undefined;
      return false;
    }
    this.goneSince ??= performance.now();
    return performance.now() - this.goneSince > PATIENCE;
  }
}

/** A container that is about to be restarted goes on. */
function isRecordedAsEnded({ State }: ContainerFile): boolean {
  return !State.Running && !State.Restarting;
}
