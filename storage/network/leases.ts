/**
 * Who has which address: network/leases/<network id>/<address> is a symbolic link to the id of the container. An address that
 * is no longer there is free. The kernel forgets interfaces when the host is restarted, so leases are those of one boot.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames, removeTree } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { makeSymlink, readLink, unlink } from "../../ffi/file.ts";
import { ConflictError, InvalidError } from "../errors.ts";
import { ensureDirectory, readTextIfExists, replaceFile } from "../files.ts";
import type { Store } from "../store.ts";
import {
  type Address,
  addressAt,
  contains,
  formatAddress,
  isEqual,
  parseAddress,
  parseSubnet,
  sizeOf,
  type Subnet,
} from "./address.ts";
import type { AddressPool, NetworkFile } from "./config.ts";

export interface Lease {
  readonly address: string;
  readonly container: string;
}

/** Where the leases of a network are. */
export function leasesPath(store: Store, network: string): string {
  return store.path("network/leases", network);
}

export function listLeases(store: Store, network: string): Lease[] {
  return listNames(leasesPath(store, network)).flatMap((address) => {
    try {
      return [{
        address,
        container: readLink(AT.FDCWD, `${leasesPath(store, network)}/${address}`),
      }];
    } catch (error) {
      if (isErrno(error, "ENOENT")) return []; // just given back
      throw error;
    }
  });
}

/**
 * Takes an address for a container, the lowest free one unless one is wanted. Throws ConflictError and InvalidError in docker's
 * words if there is none, or not that one. Needs the lock on networks.
 */
export function takeLease(
  store: Store,
  network: NetworkFile,
  pool: AddressPool,
  container: string,
  wanted?: Address,
): Address {
  makeDirectories(store, network.Id);
  const directory = leasesPath(store, network.Id);
  const taken = new Set([...listNames(directory), ...reserved(pool)]);
  const subnet = parseSubnet(pool.Subnet)!;
  const address = wanted ?? lowestFree(subnet, pool, taken);
  if (address === undefined) {
    throw new ConflictError(
      `no available IPv${subnet.address.length === 4 ? 4 : 6} addresses on this network's ` +
        `address pools: ${network.Name} (${network.Id})`,
    );
  }
  const name = formatAddress(address);
  if (!contains(subnet, address)) {
    throw new InvalidError(
      `Invalid address ${name}: It does not belong to any of this network's subnets`,
    );
  }
  if (taken.has(name) || isEdge(subnet, address)) throw new ConflictError("Address already in use");
  makeSymlink(container, AT.FDCWD, `${directory}/${name}`);
  return address;
}

/** Gives the addresses of a container back. Needs the lock on networks. Returns whether others are still taken. */
export function returnLeases(store: Store, network: string, container: string): boolean {
  let others = false;
  for (const lease of listLeases(store, network)) {
    if (lease.container === container) {
      unlink(AT.FDCWD, `${leasesPath(store, network)}/${lease.address}`);
    } else others = true;
  }
  return others;
}

/** Forgets all leases of a network that is removed. Needs the lock on networks. */
export function forgetLeases(store: Store, network: string): void {
  removeTree(AT.FDCWD, leasesPath(store, network));
}

function makeDirectories(store: Store, network: string): void {
  const leases = store.path("network/leases"), note = `${leases}/boot_id`;
  const boot = readTextIfExists("/proc/sys/kernel/random/boot_id") ?? "";
  if (readTextIfExists(note) !== boot) {
    removeTree(AT.FDCWD, leases);
    ensureDirectory(leases, 0o750);
    replaceFile(note, boot, { mode: 0o644 });
  }
  ensureDirectory(leasesPath(store, network), 0o750);
}

/** Addresses that no container gets unless it asks for them, and not even then. */
function reserved({ Gateway, AuxiliaryAddresses }: AddressPool): string[] {
  return [Gateway, ...Object.values(AuxiliaryAddresses ?? {})]
    .flatMap((text) => text ? normalize(text.split("/")[0]) : []);
}

function normalize(text: string): string {
  const address = parseAddress(text);
  return address ? formatAddress(address) : text;
}

function lowestFree(
  subnet: Subnet,
  { IPRange }: AddressPool,
  taken: ReadonlySet<string>,
): Address | undefined {
  const range = IPRange ? parseSubnet(IPRange)! : subnet;
  const size = sizeOf(range), most = BigInt(taken.size) + 3n;
  for (let offset = 0n; offset < size && offset <= most; offset++) {
    const address = addressAt(range, offset);
    if (!isEdge(subnet, address) && !taken.has(formatAddress(address))) return address;
  }
  return undefined;
}

/** The network's own address, and the one that means everybody. */
export function isEdge(subnet: Subnet, address: Address): boolean {
  if (isEqual(subnet.address, address)) return true;
  return address.length === 4 && isEqual(addressAt(subnet, sizeOf(subnet) - 1n), address);
}
