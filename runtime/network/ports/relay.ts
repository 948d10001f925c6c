/**
 * Serving published ports from this process: what the kernel does not send on by itself, as to the host's addresses of IPv6, comes
 * to the sockets that reserve the ports, and is passed on from there. The sockets are the keeper's: what comes while nobody serves
 * them waits.
 */

import { close } from "../../../ffi/file.ts";
import { EPOLL } from "../../../ffi/constants.ts";
import { poller } from "../../../ffi/poller.ts";
import { acceptSocket, connectSocket } from "../../../ffi/socket.ts";
import type { NetworkSocket } from "../../../storage/container/config.ts";
import { onHost } from "../host.ts";
import { Connection } from "./connection.ts";
import { DatagramRelay } from "./datagram_relay.ts";

/** Connections at a time; further ones wait. */
const MOST_CONNECTIONS = 256;

/** Tells the container's address, which may change while it runs; undefined if it has none. */
export type FindAddress = () => string | undefined;

export class Relay implements Disposable {
  private readonly connections = new Set<Connection>();
  private readonly datagrams: DatagramRelay[] = [];
  private open = true;

  /** Owns the sockets. */
  constructor(
    private readonly sockets: readonly NetworkSocket[],
    private readonly findAddress: FindAddress,
  ) {
    for (const { Descriptor, Protocol, ContainerPort } of sockets) {
      if (Protocol === "udp") {
        this.datagrams.push(new DatagramRelay(Descriptor, ContainerPort!, findAddress));
      }
    }
    this.listen();
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    this.datagrams.forEach((each) => each[Symbol.dispose]());
    this.connections.forEach((each) => each[Symbol.dispose]());
    for (const { Descriptor } of this.sockets) {
      poller.unwatch(Descriptor);
      close(Descriptor);
    }
  }

  private get listening(): NetworkSocket[] {
    return this.sockets.filter(({ Protocol }) => Protocol !== "udp");
  }

  private listen(): void {
    for (const socket of this.listening) {
      poller.watch(socket.Descriptor, EPOLL.IN, () => this.accept(socket));
    }
  }

  private accept({ Descriptor, Protocol, ContainerPort: port }: NetworkSocket): void {
    const client = acceptSocket(Descriptor);
    if (client === undefined) return;
    const address = this.findAddress();
    try {
      if (address === undefined) return close(client);
      const server = onHost(() => connectSocket(Protocol, { address, port: port! }));
      const connection = new Connection(client, server, () => this.forget(connection));
      this.connections.add(connection);
    } catch {
      close(client); // the container is not reached: to the client the port is closed
    }
    if (this.connections.size < MOST_CONNECTIONS) return;
    for (const { Descriptor } of this.listening) poller.unwatch(Descriptor);
  }

  private forget(connection: Connection): void {
    this.connections.delete(connection);
    if (this.open && this.connections.size === MOST_CONNECTIONS - 1) this.listen();
  }
}
