/** Datagrams that are passed on: each client has a socket of its own to the container, so that the answers find their way back. */

import { EPOLL } from "../../../ffi/constants.ts";
import { close } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import { connectSocket, receiveDatagram, sendDatagram } from "../../../ffi/socket.ts";
import { Timer } from "../../../ffi/timer.ts";
import { onHost } from "../host.ts";
import type { FindAddress } from "./relay.ts";

/** Milliseconds after which a client that is silent is forgotten: docker's. */
const SILENCE = 90_000;
/** Clients at a time; the one that has been silent longest makes room. */
const MOST_CLIENTS = 256;

interface Client {
  readonly socket: number;
  readonly peer: Uint8Array<ArrayBuffer>;
  timer: Timer;
}

export class DatagramRelay implements Disposable {
  /** By address; the one that was heard last is last. */
  private readonly clients = new Map<string, Client>();

  /** The socket stays the caller's, which unwatches and closes it. */
  constructor(
    private readonly socket: number,
    private readonly port: number,
    private readonly findAddress: FindAddress,
  ) {
    poller.watch(socket, EPOLL.IN, () => this.receive());
  }

  [Symbol.dispose](): void {
    for (const key of [...this.clients.keys()]) this.forget(key);
  }

  private receive(): void {
    const datagram = receiveDatagram(this.socket);
    if (datagram === undefined) return;
    const key = datagram.peer.join();
    const client = this.clients.get(key) ?? this.welcome(key, datagram.peer);
    if (client === undefined) return; // the container is not reached
    this.clients.delete(key);
    this.clients.set(key, client);
    client.timer[Symbol.dispose]();
    client.timer = new Timer(SILENCE, () => this.forget(key));
    sendDatagram(client.socket, datagram.bytes);
  }

  private welcome(key: string, peer: Uint8Array<ArrayBuffer>): Client | undefined {
    const address = this.findAddress();
    if (address === undefined) return undefined;
    if (this.clients.size === MOST_CLIENTS) this.forget(this.clients.keys().next().value!);
    try {
      const socket = onHost(() => connectSocket("udp", { address, port: this.port }));
      poller.watch(socket, EPOLL.IN, () => {
        const answer = receiveDatagram(socket);
        if (answer !== undefined) sendDatagram(this.socket, answer.bytes, peer);
      });
      return { socket, peer, timer: new Timer(SILENCE, () => this.forget(key)) };
    } catch {
      return undefined;
    }
  }

  private forget(key: string): void {
    const client = this.clients.get(key);
    if (client === undefined) return;
    this.clients.delete(key);
    client.timer[Symbol.dispose]();
    poller.unwatch(client.socket);
    close(client.socket);
  }
}
