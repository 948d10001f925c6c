/** The containers of a store: containers/<id>, names/<name>, and which of them a user means. */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import { makeSymlink, readLink, unlink } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { ConflictError, CorruptStoreError, InvalidError, NotFoundError } from "../errors.ts";
import { readJsonIfExists, replaceFile } from "../files.ts";
import { goJson } from "../json.ts";
import type { Store } from "../store.ts";
import type { ContainerFile, HostConfig } from "./config.ts";

/** The directory of a container's own files. */
export function containerPath(store: Store, id: string): string {
  return `${store.containers}/${id}`;
}

/** Ids of all containers. */
export function listContainerIds(store: Store): string[] {
  return listNames(store.containers).filter((name) => /^[a-f0-9]{64}$/.test(name));
}

/** A container's config.v2.json. */
export function readContainer(store: Store, id: string): ContainerFile {
  const path = `${containerPath(store, id)}/config.v2.json`;
  const file = readJsonIfExists<ContainerFile>(path);
  if (file === undefined) {
    if (containerExists(store, id)) throw new CorruptStoreError(`${path} is missing`);
    throw new NotFoundError(`No such container: ${id}`);
  }
  if (file.ID !== id || !isContainerFile(file)) {
    throw new CorruptStoreError(`${path} is not the configuration of container ${id}`);
  }
  return file;
}

/** Whether what nobody can do without is there. */
function isContainerFile(file: Partial<ContainerFile>): boolean {
  const isText = (value: unknown) => typeof value === "string";
  const isObject = (value: unknown) => typeof value === "object" && value !== null;
  return [file.Name, file.Created, file.Path, file.Image, file.Config?.Image].every(isText) &&
    [file.State, file.MountPoints, file.NetworkSettings].every(isObject);
}

/** As readContainer, with undefined for a container that another process has removed meanwhile. */
export function readContainerIfExists(store: Store, id: string): ContainerFile | undefined {
  try {
    return readContainer(store, id);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Every container that can be read, and why the others cannot: a damaged one must not hide the rest. */
export function readContainers(
  store: Store,
): { containers: ContainerFile[]; problems: string[] } {
  const problems: string[] = [];
  const containers = listContainerIds(store).flatMap((id) => {
    try {
      return readContainerIfExists(store, id) ?? [];
    } catch (error) {
      if (!(error instanceof CorruptStoreError || error instanceof SystemError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  return { containers, problems };
}

export function readHostConfig(store: Store, id: string): HostConfig {
  const path = `${containerPath(store, id)}/hostconfig.json`;
  const file = readJsonIfExists<HostConfig>(path);
  if (file === undefined) throw new CorruptStoreError(`${path} is missing`);
  if (typeof file.NetworkMode !== "string") {
    throw new CorruptStoreError(`${path} is not the host configuration of a container`);
  }
  return file;
}

/** Writes config.v2.json into a container's directory. Needs the lock on it. */
export function writeContainer(directory: string, container: ContainerFile): void {
  replaceFile(`${directory}/config.v2.json`, goJson(container) + "\n", { mode: 0o600 });
}

/** Writes hostconfig.json into a container's directory. Needs the lock on it. */
export function writeHostConfig(directory: string, hostConfig: HostConfig): void {
  replaceFile(`${directory}/hostconfig.json`, goJson(hostConfig) + "\n", { mode: 0o644 });
}

/** The id of the container that a user's words mean: an id, a name, or the unique beginning of an id. */
export function resolveContainerId(store: Store, words: string): string {
  if (/^[a-f0-9]{64}$/.test(words) && containerExists(store, words)) return words;
  const name = words.replace(/^\//, "");
  const indexed = isName(name) ? idInIndex(store, name) : undefined;
  if (indexed !== undefined) return indexed;
  const matches = /^[a-f0-9]+$/.test(words)
    ? listContainerIds(store).filter((id) => id.startsWith(words))
    : [];
  // Only a name that dockerd has given could still be meant; asking all containers for it takes long.
  if (matches.length === 1 && indexIsComplete(store)) return matches[0];
  const named = idOfName(store, name);
  if (named !== undefined) return named;
  if (matches.length > 1) {
    throw new InvalidError(`Multiple IDs found with provided prefix: ${words}`);
  }
  if (matches.length === 0) throw new NotFoundError(`No such container: ${words}`);
  return matches[0];
}

export function containerExists(store: Store, id: string): boolean {
  return statIfExists(AT.FDCWD, containerPath(store, id)) !== undefined;
}

const isName = (text: string) => /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text);

/**
 * The container of this name. names/ is an index only: config.v2.json decides, and where the index has no answer (a store
 * that dockerd wrote, or renamed in) every configuration is asked.
 */
function idOfName(store: Store, name: string): string | undefined {
  if (!isName(name)) return undefined;
  const found = idInIndex(store, name) ??
    listContainerIds(store).find((id) => hasName(store, id, name));
  if (found !== undefined) return found;
  const indexed = readNameLink(store, name);
  return indexed !== undefined && isDamaged(store, indexed) ? indexed : undefined;
}

/** The container that the index names, if it is called so. */
function idInIndex(store: Store, name: string): string | undefined {
  const indexed = readNameLink(store, name);
  return indexed !== undefined && hasName(store, indexed, name) ? indexed : undefined;
}

function hasName(store: Store, id: string, name: string): boolean {
  try {
    return readContainerIfExists(store, id)?.Name === `/${name}`;
  } catch (error) {
    if (error instanceof CorruptStoreError) return false; // the next one may be whole
    throw error;
  }
}

/** Whether a container's file cannot tell its name: then the index is all there is. */
function isDamaged(store: Store, id: string): boolean {
  try {
    readContainerIfExists(store, id);
    return false;
  } catch (error) {
    if (error instanceof CorruptStoreError) return true;
    throw error;
  }
}

function readNameLink(store: Store, name: string): string | undefined {
  try {
    return readLink(AT.FDCWD, `${store.names}/${name}`);
  } catch (error) {
    if (isErrno(error, "ENOENT", "EINVAL", "ENAMETOOLONG")) return undefined;
    throw error;
  }
}

/** Gives a name to a container; throws ConflictError in docker's words if another has it. Needs the name lock. */
export function reserveName(store: Store, name: string, id: string): void {
  const holder = holderOfName(store, name);
  if (holder !== undefined) {
    throw new ConflictError(
      `Conflict. The container name "/${name}" is already in use by container "${holder}". ` +
        "You have to remove (or rename) that container to be able to reuse that name.",
    );
  }
  releaseName(store, name);
  makeSymlink(id, AT.FDCWD, `${store.names}/${name}`);
}

/** Whoever has a name, be it a container that is just being made. */
function holderOfName(store: Store, name: string): string | undefined {
  const indexed = readNameLink(store, name);
  if (indexed !== undefined) {
    if (hasName(store, indexed, name) || statIfExists(AT.FDCWD, stagingPath(store, indexed))) {
      return indexed;
    }
  }
  return indexed === undefined && indexIsComplete(store) ? undefined : idOfName(store, name);
}

/** With a name for each container, a name that is not in the index is free, unless something else in it is wrong. */
function indexIsComplete(store: Store): boolean {
  return listNames(store.names).length >= listContainerIds(store).length;
}

/** Takes a name out of the index. Needs the name lock. */
export function releaseName(store: Store, name: string): void {
  try {
    unlink(AT.FDCWD, `${store.names}/${name}`);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** Takes every name of this container out of the index, however it is called there. Needs the name lock. */
export function releaseNamesOf(store: Store, id: string): void {
  for (const name of listNames(store.names)) {
    if (readNameLink(store, name) === id) releaseName(store, name);
  }
}

/** Where a container's directory is while it is being made or removed. */
export function stagingPath(store: Store, id: string): string {
  return `${store.temporary}/container-${id}`;
}
