/** Giving a container another name. */

import {
  containerPath,
  readContainer,
  releaseName,
  reserveName,
  writeContainer,
} from "../../storage/container/container_store.ts";
import { EngineError, InvalidError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { checkContainerName } from "./names.ts";
import { lockContainer } from "./lock_container.ts";
import { recordContainerEvent } from "./record_event.ts";
import { prepareForContainers } from "./repair.ts";

/** Renames a container, running or not. The new name is reserved before the old one is given up. */
export async function renameContainer(store: Store, id: string, newName: string): Promise<void> {
  await prepareForContainers(store);
  if (newName === "") throw new InvalidError("Neither old nor new names may be empty");
  const name = newName.replace(/^\//, "");
  using _container = lockContainer(store, id);
  using _names = store.lockNames();
  const container = readContainer(store, id);
  if (container.Name === `/${name}`) {
    throw new InvalidError("Renaming a container with the same name as its current name");
  }
  try {
    checkContainerName(name, `/${name}`);
    reserveName(store, name, id);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    error.message = `Error when allocating new name: ${error.message}`;
    throw error;
  }
  const NetworkSettings = { ...container.NetworkSettings, IsAnonymousEndpoint: false };
  const renamed = { ...container, Name: `/${name}`, NetworkSettings };
  writeContainer(containerPath(store, id), renamed);
  releaseName(store, container.Name.slice(1));
  recordContainerEvent(store, renamed, "rename", { oldName: container.Name });
}
