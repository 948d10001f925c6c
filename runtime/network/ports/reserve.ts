/**
 * Reserving ports of the host. A reservation is a socket that is bound, and listens: no other program can have the port, and the
 * kernel frees it with the last process that holds the socket, which is the container's keeper.
 */

import { isErrno, SystemError } from "../../../ffi/errno.ts";
import { close } from "../../../ffi/file.ts";
import { bindSocket, type PortProtocol } from "../../../ffi/socket.ts";
import type { NetworkSocket, PortBinding, PortMap } from "../../../storage/container/config.ts";
import { ConflictError } from "../../../storage/errors.ts";
import { readTextIfExists } from "../../../storage/files.ts";
import type { RequestedPort } from "./requested_ports.ts";

const ANY_IPV4 = "0.0.0.0", ANY_IPV6 = "::";
const EPHEMERAL_PORTS = "/proc/sys/net/ipv4/ip_local_port_range";

/** Tells whether another container has a port of the host; for the right words. */
export type IsAllocated = (protocol: string, hostIp: string, hostPort: number) => boolean;

/** Ports of the host that are a container's. */
export class PortReservation implements Disposable {
  private readonly reserved: (NetworkSocket & { readonly key: string; binding: PortBinding })[] =
    [];

  /** Throws ConflictError in docker's words for a port that is in use. */
  constructor(
    private readonly requested: readonly RequestedPort[],
    isAllocated: IsAllocated,
    /** The host's address of ports that were given none. */
    private readonly defaultAddress: string = ANY_IPV4,
  ) {
    try {
      for (const request of requested) {
        for (const binding of request.bindings) this.reserve(request, binding, isAllocated);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The sockets, for a keeper to hold and a monitor to serve. */
  get sockets(): NetworkSocket[] {
    return this.reserved.map(({ Descriptor, Protocol, ContainerPort }) => ({
      Descriptor,
      Protocol,
      ContainerPort,
    }));
  }

  /** NetworkSettings.Ports: where every port is published, null for one that is only exposed. */
  get ports(): PortMap {
    return Object.fromEntries(this.requested.map(({ key, bindings }) => [
      key,
      bindings.length === 0
        ? null
        : this.reserved.filter((each) => each.key === key).map(({ binding }) => binding),
    ]));
  }

  /** Closes the sockets of this process. */
  [Symbol.dispose](): void {
    for (const { Descriptor } of this.reserved) close(Descriptor);
    this.reserved.length = 0;
  }

  private reserve(request: RequestedPort, binding: PortBinding, isAllocated: IsAllocated): void {
    const hostIp = binding.HostIp || this.defaultAddress,
      isEvery = !binding.HostIp && hostIp === ANY_IPV4;
    const addresses = isEvery ? [ANY_IPV4, ANY_IPV6] : [hostIp];
    const candidates = candidatesOf(binding.HostPort), { protocol, key, port } = request;
    for (const candidate of candidates) {
      const sockets: number[] = [], bound: string[] = [];
      try {
        for (const address of addresses) {
          const socket = bind(protocol, address, candidate, addresses.length > 1);
          if (socket === undefined) continue;
          sockets.push(socket);
          bound.push(address);
        }
      } catch (error) {
        sockets.forEach(close);
        const hostIp = addresses[bound.length];
        if (!isErrno(error, "EADDRINUSE") || candidates.length === 1) {
          throw explain(error, { protocol, hostIp, port: candidate, isAllocated });
        }
        continue;
      }
      sockets.forEach((Descriptor, i) =>
        this.reserved.push({
          Descriptor,
          Protocol: protocol,
          ContainerPort: port,
          key,
          binding: { HostIp: bound[i], HostPort: String(candidate) },
        })
      );
      return;
    }
    throw new ConflictError(
      `Bind for ${addresses[0]}:${binding.HostPort || 0} failed: all ports are allocated`,
    );
  }
}

/** Undefined where one of several addresses is of a kind that the host has switched off. */
function bind(
  protocol: PortProtocol,
  address: string,
  port: number,
  isOneOfSeveral: boolean,
): number | undefined {
  try {
    return bindSocket(protocol, { address, port });
  } catch (error) {
    if (isOneOfSeveral && address === ANY_IPV6 && isErrno(error, "EAFNOSUPPORT", "EADDRNOTAVAIL")) {
      return undefined;
    }
    throw error;
  }
}

/** Ports to be tried one after the other. */
function candidatesOf(hostPort: string): number[] {
  const [first, last = first] = hostPort.split("-").map(Number);
  if (hostPort !== "" && first > 0) return range(first, last);
  // As docker does: those that programs get that want any, from the beginning.
  const [low = 49153, high = 65535] = (readTextIfExists(EPHEMERAL_PORTS) ?? "").split(/\s+/)
    .filter((word) => word !== "").map(Number);
  return range(low, high);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

interface Attempt {
  readonly protocol: string;
  readonly hostIp: string;
  readonly port: number;
  readonly isAllocated: IsAllocated;
}

function explain(error: unknown, { protocol, hostIp, port, isAllocated }: Attempt): unknown {
  if (!(error instanceof SystemError)) return error;
  const isV6 = hostIp.includes(":"), address = `${isV6 ? `[${hostIp}]` : hostIp}:${port}`;
  if (error.code === "EADDRINUSE" && isAllocated(protocol, hostIp, port)) {
    return new ConflictError(`Bind for ${address} failed: port is already allocated`);
  }
  const listening = `Error starting userland proxy: listen ${protocol}${isV6 ? 6 : 4} ${address}`;
  if (error.code === "EPROTONOSUPPORT") {
    return new ConflictError(`${listening}: this kernel has no ${protocol.toUpperCase()}`);
  }
  return new ConflictError(`${listening}: bind: ${error.reason}`);
}
