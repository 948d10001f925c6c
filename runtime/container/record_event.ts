/** Noting what happens to containers, with docker's attributes. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { appendEvent } from "../../storage/events/append.ts";
import type { Store } from "../../storage/store.ts";

/** Docker's words. Those of exec and health checks are followed by more: `exec_create: sh -c ls`, `health_status: healthy`. */
export type ContainerAction =
  | "archive-path"
  | "attach"
  | "commit"
  | "create"
  | "destroy"
  | "detach"
  | "die"
  | `exec_create: ${string}`
  | "exec_detach"
  | "exec_die"
  | `exec_start: ${string}`
  | "export"
  | "extract-to-dir"
  | `health_status: ${string}`
  | "kill"
  | "oom"
  | "pause"
  | "rename"
  | "resize"
  | "restart"
  | "start"
  | "stop"
  | "top"
  | "unpause"
  | "update";

/**
 * Notes that something has happened to a container: `die` with exitCode, `kill` with signal (its number), `rename` with oldName
 * (after a slash). Never fails. As in docker, a label goes before an attribute of the same name, image and name before both.
 */
export function recordContainerEvent(
  store: Store,
  container: Pick<ContainerFile, "ID" | "Name" | "Config">,
  action: ContainerAction,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const { ID, Name: name, Config: { Image: image, Labels: labels } } = container;
  appendEvent(store, {
    status: action,
    id: ID,
    ...(image && { from: image }),
    Type: "container",
    Action: action,
    Actor: {
      ID,
      Attributes: { ...attributes, ...labels, ...(image && { image }), name: name.slice(1) },
    },
  });
}
