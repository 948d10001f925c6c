/** Where what a container writes is kept: the log driver of its host configuration. */

import type { SystemError } from "../../../ffi/errno.ts";
import type { ContainerFile, HostConfig } from "../../../storage/container/config.ts";
import { attributesOf } from "./attributes.ts";
import { JsonFileLog } from "./json_file_log.ts";
import { assertSupportedDriver, jsonFileBounds } from "./options.ts";

export type StreamName = "stdout" | "stderr";

/** What a monitor writes a container's output into. */
export interface ContainerLog {
  /** The file, as config.v2.json's LogPath names it; empty for a driver without one. */
  readonly path: string;
  /** Why something is missing in it, if that is so: a full disk must not end the container. */
  readonly failure: SystemError | undefined;
  /** The bytes are only needed during the call. */
  write(stream: StreamName, bytes: Uint8Array): void;
  /** Lets another process go on where this one has stopped, as it can also when this one is killed. */
  release(): void;
  /** Writes what came without a newline at its end, when nothing more will come. */
  close(): void;
}

/** The driver `none`. */
const noLog: ContainerLog = { path: "", failure: undefined, write() {}, release() {}, close() {} };

/**
 * Opens a container's log to go on where it ends. `directory` is the container's. Throws InvalidError for options that cannot
 * be met, as a store that dockerd wrote may have them.
 */
export function openLog(
  directory: string,
  container: ContainerFile,
  { LogConfig }: Pick<HostConfig, "LogConfig">,
): ContainerLog {
  assertSupportedDriver(LogConfig.Type);
  if (LogConfig.Type === "none") return noLog;
  const path = logPath(directory, container.ID);
  return new JsonFileLog(path, {
    ...jsonFileBounds(LogConfig.Config ?? {}),
    attributes: attributesOf(LogConfig.Config ?? {}, container, path),
  });
}

/** The json-file driver's file; those that it was before have `.1`, `.2`... at their end, the oldest the highest number. */
export function logPath(directory: string, id: string): string {
  return `${directory}/${id}-json.log`;
}
