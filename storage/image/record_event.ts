/** Noting what happens to images, with docker's attributes. */

import { EngineError } from "../errors.ts";
import { SystemError } from "../../ffi/errno.ts";
import { appendEvent } from "../events/append.ts";
import type { Store } from "../store.ts";
import { readImageConfig } from "./image_store.ts";

/** Docker's words. */
export type ImageAction = "delete" | "import" | "load" | "save" | "tag" | "untag";

/** Notes that something has happened to an image. `name` is the reference that it is about, or the id again. Never fails. */
export function recordImageEvent(store: Store, action: ImageAction, id: string, name: string) {
  const Attributes = { ...labelsOf(store, id), name };
  appendEvent(store, {
    status: action,
    id,
    Type: "image",
    Action: action,
    Actor: { ID: id, Attributes },
  });
}

/** Notes that an image has come from a registry or gone there, which docker tells by its name instead of its id. */
export function recordTransferEvent(
  store: Store,
  action: "pull" | "push",
  id: string,
  name: string,
  repository: string,
): void {
  appendEvent(store, {
    status: action,
    id: name,
    Type: "image",
    Action: action,
    Actor: { ID: name, Attributes: { ...labelsOf(store, id), name: repository } },
  });
}

/** None, as in docker, of an image that is gone. */
function labelsOf(store: Store, id: string): Record<string, string> {
  try {
    return readImageConfig(store, id).config?.Labels ?? {};
  } catch (error) {
    if (error instanceof EngineError || error instanceof SystemError) return {};
    throw error;
  }
}
