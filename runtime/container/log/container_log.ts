/** Where what a container writes is kept: the log driver of its host configuration. */

import type { SystemError } from "../../../ffi/errno.ts";
import type { ContainerFile, HostConfig } from "../../../storage/container/config.ts";
import { containerPath } from "../../../storage/container/container_store.ts";
import type { Store } from "../../../storage/store.ts";
import type { StreamName } from "../streams.ts";
import { attributesOf } from "./attributes.ts";
import { LogJournal, type Positions } from "./journal.ts";
import { JsonFileLog } from "./json_file_log.ts";
import { assertSupportedDriver, jsonFileBounds } from "./options.ts";

/** What a monitor writes a container's output into. */
export interface ContainerLog {
  /** Why something is missing in it, if that is so: a full disk must not end the container. */
  readonly failure: SystemError | undefined;
  /** Bytes of each stream that need not be written again. */
  readonly recorded: Readonly<Positions>;
  /** The bytes are only needed during the call. */
  write(stream: StreamName, bytes: Uint8Array): void;
  /** Lets another process go on where this one has stopped, as it can also when this one is killed. */
  release(): void;
  /** Writes what came without a newline at its end, when nothing more will come. */
  close(): void;
}

/** The driver `none`. */
const noLog: ContainerLog = {
  failure: undefined,
  recorded: { stdout: 0, stderr: 0 },
  write() {},
  release() {},
  close() {},
};

/**
 * Opens a container's log to go on where it ends; only its monitor may. `journal` is the file that has the journal, for what a
 * container writes while it runs. Throws InvalidError for options that checkLogOptions() refuses.
 */
export function openLog(
  store: Store,
  container: ContainerFile,
  { LogConfig: { Type, Config } }: HostConfig,
  journal?: number,
): ContainerLog {
  assertSupportedDriver(Type);
  if (Type === "none") return noLog;
  const path = jsonFilePath(store, container.ID);
  const options = Config ?? {}; // dockerd may have written null
  const attributes = attributesOf(options, container, path);
  return new JsonFileLog(
    path,
    { ...jsonFileBounds(options), attributes },
    journal === undefined ? undefined : new LogJournal(journal),
  );
}

/** Whether what a container writes is kept. */
export function isLogged({ LogConfig }: HostConfig): boolean {
  return LogConfig.Type !== "none";
}

/** What config.v2.json has as LogPath: empty for a driver without a file. */
export function logPathOf(store: Store, id: string, hostConfig: HostConfig): string {
  return isLogged(hostConfig) ? jsonFilePath(store, id) : "";
}

/** The json-file driver's file; those that it was before have `.1`, `.2`... at their end, the oldest the highest number. */
export function jsonFilePath(store: Store, id: string): string {
  return `${containerPath(store, id)}/${id}-json.log`;
}
