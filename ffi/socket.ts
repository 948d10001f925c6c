/** Sockets of TCP and UDP as descriptors that other processes may hold, or that belong to another network namespace. */

import { AF, decodeSocketAddress, encodeSocketAddress } from "./socket_address.ts";
import { SOCKADDR_SIZE, type SocketAddress } from "./socket_address.ts";
import { check, errnoName } from "./errno.ts";
import { close } from "./file.ts";
import { kernel } from "./kernel.ts";
import { openSocket } from "./network_calls.ts";

/** socket(2) */
export const SOCK = { STREAM: 1, DGRAM: 2, RAW: 3, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const;
/** socket(7) and ipv6(7) */
export const SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4, IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26;
const BACKLOG = 4096;

/** Protocols that have ports. Not every kernel has SCTP: sctp(7). */
export type PortProtocol = "tcp" | "udp" | "sctp";

/** socket(2)'s type and protocol of each; 0 for the one that the type has anyway. */
const KINDS = {
  tcp: [SOCK.STREAM, 0],
  udp: [SOCK.DGRAM, 0],
  sctp: [SOCK.STREAM, 132],
} as const;

/**
 * A socket that is bound to an address, and listens if it has connections; port 0 for one of the kernel's choice. One of IPv6 has
 * nothing to do with IPv4. Close-on-exec, not blocking. Throws SystemError: EADDRINUSE, EADDRNOTAVAIL, EACCES,
 * EPROTONOSUPPORT.
 */
export function bindSocket(protocol: PortProtocol, local: SocketAddress): number {
  const isV6 = local.address.includes(":"), what = `${local.address}:${local.port}`;
  const family = isV6 ? AF.INET6 : AF.INET, isListening = protocol !== "udp";
  const fd = makeSocket(family, protocol, what);
  try {
    if (isV6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    // Of UDP it would let others have the same address.
    if (isListening) setOption(fd, SOL_SOCKET, SO_REUSEADDR);
    const address = encodeSocketAddress(local);
    check(kernel.bind(fd, address, address.length), "bind", what);
    if (isListening) check(kernel.listen(fd, BACKLOG), "listen on", what);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** A socket on its way to be connected to a peer: when it is writable, socketError() says how that went. */
export function connectSocket(protocol: PortProtocol, peer: SocketAddress): number {
  const family = peer.address.includes(":") ? AF.INET6 : AF.INET;
  const what = `${peer.address}:${peer.port}`, fd = makeSocket(family, protocol, what);
  const address = encodeSocketAddress(peer);
  const result = kernel.connect(fd, address, address.length);
  if (result >= 0 || errnoName(-result) === "EINPROGRESS") return fd;
  close(fd);
  return check(result, "connect to", what);
}

function makeSocket(family: number, protocol: PortProtocol, what: string): number {
  const [type, number] = KINDS[protocol], flags = type | SOCK.CLOEXEC | SOCK.NONBLOCK;
  return check(openSocket(family, flags, number), "make a socket for", what);
}

/** A connection that has come to a listening socket, not blocking; undefined if there is none any more. */
export function acceptSocket(listening: number): number | undefined {
  const fd = kernel.accept4(listening, null, null, SOCK.CLOEXEC | SOCK.NONBLOCK);
  return fd < 0 ? undefined : fd;
}

/** The pending error of a socket, by which a connection's failure is told: an errno or 0. */
export function socketError(fd: number): number {
  const value = new Uint8Array(4), length = new Uint8Array(new Uint32Array([4]).buffer);
  check(kernel.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, length), "get socket option");
  return new DataView(value.buffer).getInt32(0, true);
}

export function localAddress(fd: number): SocketAddress {
  const address = new Uint8Array(SOCKADDR_SIZE), length = lengthOf(address);
  check(kernel.getsockname(fd, address, length), "get address of socket");
  return decodeSocketAddress(address);
}

export interface Datagram {
  /** Valid until the next one is received. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The sender's address as the kernel has it, to be given to sendDatagram(). */
  readonly peer: Uint8Array<ArrayBuffer>;
}

const LARGEST_DATAGRAM = 65535;
const buffer = new Uint8Array(LARGEST_DATAGRAM);

/** The next datagram; undefined if there is none, or only an error that was reported for one sent before. */
export function receiveDatagram(fd: number): Datagram | undefined {
  const peer = new Uint8Array(SOCKADDR_SIZE), length = lengthOf(peer);
  const count = kernel.recvfrom(fd, buffer, BigInt(buffer.length), 0, peer, length);
  if (count < 0) return undefined;
  const peerLength = new DataView(length.buffer).getUint32(0, true);
  return { bytes: buffer.subarray(0, count), peer: peer.subarray(0, peerLength) };
}

/** Sends a datagram, to the socket's peer if none is named. It may get lost on this machine already, like on any other. */
export function sendDatagram(
  fd: number,
  bytes: Uint8Array<ArrayBuffer>,
  peer: Uint8Array<ArrayBuffer> | null = null,
): void {
  kernel.sendto(fd, bytes, BigInt(bytes.length), 0, peer, peer?.length ?? 0);
}

function lengthOf(address: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([address.length]).buffer);
}

function setOption(fd: number, level: number, option: number): void {
  const on = new Uint8Array(new Uint32Array([1]).buffer);
  check(kernel.setsockopt(fd, level, option, on, on.length), "set socket option", String(option));
}
