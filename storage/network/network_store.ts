/** The networks of a store: network/files/<id>.json, and which of them a user means. */

import { AT } from "../../ffi/constants.ts";
import { listNames } from "../../ffi/directory.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { CorruptStoreError, EngineError, InvalidError } from "../errors.ts";
import { ensureDirectory, readJsonIfExists, replaceFile, unlinkIfExists } from "../files.ts";
import { goJson } from "../json.ts";
import { randomId } from "../id.ts";
import { DirectoryLock } from "../lock.ts";
import type { Store } from "../store.ts";
import { now } from "../time.ts";
import { DEFAULT_BRIDGE, MTU, type NetworkDriver, type NetworkFile } from "./config.ts";

/** No network of that name: to docker another word than for other things. */
export class NetworkNotFoundError extends EngineError {
  override readonly name = "NetworkNotFoundError";
}

const filesOf = (store: Store) => store.path("network/files");
/** Says that the networks are there that there always are. */
const noteOf = (store: Store) => store.path("network/predefined");

/** Fulfilled when nobody else in this process has the lock. */
let free = Promise.resolve();

/**
 * The lock on networks and on who has which address. A monitor clears up after several containers at once, and who holds the lock
 * waits for promises: in one process it is handed on by a promise, too, since flock(2) would stop the holder itself.
 */
export async function lockNetworks(store: Store): Promise<Disposable> {
  const before = free, { promise, resolve } = Promise.withResolvers<void>();
  free = promise;
  await before;
  try {
    ensureNetworks(store);
    const lock = DirectoryLock.take(store.path("network"), "exclusive");
    return {
      [Symbol.dispose]() {
        lock[Symbol.dispose]();
        resolve();
      },
    };
  } catch (error) {
    resolve();
    throw error;
  }
}

/** Makes the networks that there always are, with ids that stay: bridge, host and none. */
export function ensureNetworks(store: Store): void {
  if (haveNetworks(store)) return;
  store.ensureLayout();
  ensureDirectory(store.path("network"), 0o750);
  using _ = DirectoryLock.take(store.path("network"), "exclusive");
  if (haveNetworks(store)) return;
  ensureDirectory(filesOf(store), 0o750); // dockerd's own files may be in it
  const known = listNetworkIds(store).map((id) => readNetwork(store, id)?.Name);
  const missing = predefinedNetworks().filter(({ Name }) => !known.includes(Name));
  for (const network of missing) writeNetwork(store, network);
  replaceFile(noteOf(store), "bridge host none\n", { mode: 0o644 });
}

/** Whether anybody has wanted to know of networks, or used one. */
export function haveNetworks(store: Store): boolean {
  return statIfExists(AT.FDCWD, noteOf(store)) !== undefined;
}

/** A network with what is usual. */
export function newNetwork(name: string, driver: NetworkDriver): NetworkFile {
  return {
    Name: name,
    Id: randomId(),
    Created: now(),
    Scope: "local",
    Driver: driver,
    EnableIPv6: false,
    IPAM: { Driver: "default", Options: null, Config: [] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: "" },
    ConfigOnly: false,
    Options: {},
    Labels: {},
  };
}

function predefinedNetworks(): NetworkFile[] {
  const bridgeOptions = {
    [DEFAULT_BRIDGE]: "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    [MTU]: "1500",
  };
  return [
    { ...newNetwork("bridge", "bridge"), Options: bridgeOptions },
    newNetwork("host", "host"),
    newNetwork("none", "null"),
  ];
}

export function listNetworkIds(store: Store): string[] {
  return listNames(filesOf(store)).flatMap((name) =>
    /^([a-f0-9]{64})\.json$/.exec(name)?.[1] ?? []
  );
}

/** All networks, by their names. */
export function readNetworks(store: Store): NetworkFile[] {
  ensureNetworks(store);
  return listNetworkIds(store).flatMap((id) => readNetwork(store, id) ?? [])
    .sort((a, b) => a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : a.Id < b.Id ? -1 : 1);
}

/** Undefined for one that was removed. */
export function readNetwork(store: Store, id: string): NetworkFile | undefined {
  const path = `${filesOf(store)}/${id}.json`;
  const file = readJsonIfExists<NetworkFile>(path);
  if (file !== undefined && (file.Id !== id || !Array.isArray(file.IPAM?.Config))) {
    throw new CorruptStoreError(`${path} is not the description of network ${id}`);
  }
  return file;
}

/** Needs the lock on networks. */
export function writeNetwork(store: Store, network: NetworkFile): void {
  replaceFile(`${filesOf(store)}/${network.Id}.json`, goJson(network) + "\n", { mode: 0o644 });
}

/** Needs the lock on networks. */
export function forgetNetwork(store: Store, id: string): void {
  unlinkIfExists(`${filesOf(store)}/${id}.json`);
}

/** The network that a user's words mean: an id, a name, or the unique beginning of an id. */
export function resolveNetwork(store: Store, words: string): NetworkFile {
  const networks = readNetworks(store);
  const found = networks.find(({ Id }) => Id === words) ??
    networks.find(({ Name }) => Name === words);
  if (found !== undefined) return found;
  const matches = words === "" ? [] : networks.filter(({ Id }) => Id.startsWith(words));
  if (matches.length > 1) {
    throw new InvalidError(
      `network ${words} is ambiguous (${matches.length} matches found on ID prefix)`,
    );
  }
  if (matches.length === 0) throw new NetworkNotFoundError(`network ${words} not found`);
  return matches[0];
}

/** The network that a container's NetworkMode or a key of its Networks names. */
export function networkOfMode(store: Store, mode: string): NetworkFile {
  return resolveNetwork(store, mode === "default" || mode === "" ? "bridge" : mode);
}
