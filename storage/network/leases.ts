/**
 * Who has which address: network/leases/<network id>/<address> is a symbolic link, to `<container id>/<endpoint id>`. An address
 * that is not there is free. The kernel forgets interfaces when the host is restarted, so leases are those of one boot.
 */

import { AT } from "../../ffi/constants.ts";
import { listNames, removeTree } from "../../ffi/directory.ts";
import { isErrno } from "../../ffi/errno.ts";
import { makeSymlink, readLink, unlink } from "../../ffi/file.ts";
import { ConflictError, InvalidError } from "../errors.ts";
import { ensureDirectory, readTextIfExists, replaceFile } from "../files.ts";
import type { Store } from "../store.ts";
import { type Address, formatAddress, parseAddress } from "../../ffi/ip_address.ts";
import { addressAt, contains, isEqual, parseSubnet, sizeOf, type Subnet } from "./subnet.ts";
import type { AddressPool, NetworkFile } from "./config.ts";

/** Who has an address: ids of the container and of its endpoint. */
export interface Holder {
  readonly container: string;
  readonly endpoint: string;
}

export interface Lease extends Holder {
  readonly address: string;
}

/** Where the leases of a network are. */
export function leasesPath(store: Store, network: string): string {
  return store.path("network/leases", network);
}

export function listLeases(store: Store, network: string): Lease[] {
  const directory = leasesPath(store, network);
  return listNames(directory).flatMap((address) => {
    try {
      const [container, endpoint] = readLink(AT.FDCWD, `${directory}/${address}`).split("/");
      return [{ address, container, endpoint }];
    } catch (error) {
      if (isErrno(error, "ENOENT")) return []; // just given back
      throw error;
    }
  });
}

/** The networks of which somebody may have an address. */
export function leasedNetworks(store: Store): string[] {
  return listNames(store.path("network/leases")).filter((name) => /^[a-f0-9]{64}$/.test(name));
}

/**
 * Takes an address for a container, the lowest free one unless one is wanted. Throws ConflictError and InvalidError in docker's
 * words if there is none, or not that one. Needs the lock on networks.
 */
export function takeLease(
  store: Store,
  network: NetworkFile,
  pool: AddressPool,
  { container, endpoint }: Holder,
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
  makeSymlink(`${container}/${endpoint}`, AT.FDCWD, `${directory}/${name}`);
  return address;
}

/** Gives back what a container has of a network. Needs the lock on networks. */
export function returnLeases(store: Store, network: string, container: string): void {
  for (const lease of listLeases(store, network)) {
    if (lease.container !== container) continue;
    unlink(AT.FDCWD, `${leasesPath(store, network)}/${lease.address}`);
  }
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

/** Addresses that no container gets. */
function reserved(pool: AddressPool): string[] {
  const others = Object.values(pool.AuxiliaryAddresses ?? {}).flatMap((text) => {
    const address = parseAddress(text);
    return address ? formatAddress(address) : [];
  });
  return [formatAddress(gatewayOf(pool)), ...others];
}

/** The gateway of a pool: if it was given none, the first address that containers could get. */
export function gatewayOf(pool: AddressPool): Address {
  return gatewayIfAny(pool)!;
}

/** The same of a range that may be too small to have one. */
export function gatewayIfAny(pool: AddressPool): Address | undefined {
  const given = pool.Gateway ? parseAddress(pool.Gateway.split("/")[0]) : undefined;
  return given ?? lowestFree(parseSubnet(pool.Subnet)!, pool, new Set());
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
