/**
 * The resolver of a container on networks of the user's own: the container's monitor serves it at 127.0.0.11 in the container's
 * network namespace. Only the sockets are in there (sockets.ts); what others are asked is asked from the host.
 */

import { EPOLL } from "../../../ffi/constants.ts";
import { close } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import { acceptSocket, receiveDatagram, sendDatagram } from "../../../ffi/socket.ts";
import type { NetworkSettings, NetworkSocket } from "../../../storage/container/config.ts";
import type { Store } from "../../../storage/store.ts";
import { Directory } from "./directory.ts";
import { respond } from "./respond.ts";
import { QuestionStream } from "./stream.ts";
import { askServers, hostNameservers, type Transport } from "./upstream.ts";

/** Connections at a time. */
const MOST_STREAMS = 64;

export interface ResolverOptions {
  /** What others are asked; those of the host if there are none. */
  readonly servers: readonly string[];
  /** Whether the container's networks lead nowhere, and nobody else is to be asked. */
  readonly isolated: () => boolean;
  /** What is asked from, if it is no container of the store. */
  readonly networks?: NetworkSettings["Networks"];
}

export class Resolver implements Disposable {
  private readonly directory: Directory;
  private readonly streams = new Set<QuestionStream>();
  private open = true;

  /** Owns the sockets. */
  constructor(
    store: Store,
    id: string,
    private readonly sockets: readonly NetworkSocket[],
    private readonly options: ResolverOptions,
  ) {
    this.directory = new Directory(store, id, options.networks);
    for (const { Descriptor, Protocol } of sockets) {
      const serve = Protocol === "udp"
        ? () => this.receive(Descriptor)
        : () => this.accept(Descriptor);
      poller.watch(Descriptor, EPOLL.IN, serve);
    }
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    for (const { Descriptor } of this.sockets) {
      poller.unwatch(Descriptor);
      close(Descriptor);
    }
    this.streams.forEach((stream) => stream[Symbol.dispose]());
  }

  private async receive(listening: number): Promise<void> {
    const datagram = receiveDatagram(listening);
    if (datagram === undefined) return;
    const { peer } = datagram, answer = await this.respond(datagram.bytes.slice(), "udp");
    if (answer !== undefined && this.open) sendDatagram(listening, answer, peer);
  }

  private accept(listening: number): void {
    const socket = acceptSocket(listening);
    if (socket === undefined) return;
    if (this.streams.size >= MOST_STREAMS) return close(socket);
    const stream = new QuestionStream(
      socket,
      (question) => this.respond(question, "tcp"),
      () => this.streams.delete(stream),
    );
    this.streams.add(stream);
  }

  private async respond(question: Uint8Array<ArrayBuffer>, transport: Transport) {
    try {
      return await respond(question, transport, this.directory, (query, transport) => {
        const { isolated, servers } = this.options;
        if (isolated()) return Promise.resolve(undefined);
        return askServers(servers.length > 0 ? servers : hostNameservers(), query, transport);
      });
    } catch {
      return undefined; // as while a file of the store is damaged; the question will be asked again
    }
  }
}
