/** A connection of TCP that is passed on, each direction as fast as its receiver takes it. */

import { EPOLL } from "../../../ffi/constants.ts";
import { errnoName } from "../../../ffi/errno.ts";
import { close } from "../../../ffi/file.ts";
import { kernel } from "../../../ffi/kernel.ts";
import { poller } from "../../../ffi/poller.ts";

const SHUT_WR = 1;
/** Shared by all: what is read is written, or copied, before the next read. */
const buffer = new Uint8Array(1 << 16);

class Side {
  /** What still has to be written here. */
  pending: Uint8Array<ArrayBuffer> | undefined;
  /** Whether more may come from here. */
  readable = true;

  constructor(readonly fd: number) {}
}

export class Connection implements Disposable {
  private readonly sides: readonly [Side, Side];
  private open = true;

  /** Owns both sockets, which do not block; the server's may still be on its way to be connected. */
  constructor(client: number, server: number, private readonly ended: () => void) {
    this.sides = [new Side(client), new Side(server)];
    this.sides[1].pending = new Uint8Array(); // nothing is read from the client before the server is there
    this.watch();
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    for (const { fd } of this.sides) {
      poller.unwatch(fd);
      close(fd);
    }
    this.ended();
  }

  private peerOf(side: Side): Side {
    return this.sides[side === this.sides[0] ? 1 : 0];
  }

  private watch(): void {
    if (!this.open) return;
    if (this.sides.every(({ readable, pending }) => !readable && pending === undefined)) {
      return this[Symbol.dispose]();
    }
    for (const side of this.sides) {
      const reads = side.readable && this.peerOf(side).pending === undefined;
      const events = (reads ? EPOLL.IN : 0) | (side.pending ? EPOLL.OUT : 0);
      if (events === 0) poller.unwatch(side.fd);
      else poller.watch(side.fd, events, (happened) => this.advance(side, happened));
    }
  }

  private advance(side: Side, happened: number): void {
    if (!this.open) return;
    if (happened & EPOLL.ERR) return this[Symbol.dispose]();
    if (side.pending && happened & (EPOLL.OUT | EPOLL.HUP)) this.write(side, side.pending);
    else if (happened & (EPOLL.IN | EPOLL.HUP)) this.read(side);
    this.watch();
  }

  private read(side: Side): void {
    const count = kernel.read(side.fd, buffer, BigInt(buffer.length)), peer = this.peerOf(side);
    if (count > 0) return this.write(peer, buffer.subarray(0, count));
    if (isTemporary(count)) return;
    if (count < 0) return this[Symbol.dispose]();
    side.readable = false;
    kernel.shutdown(peer.fd, SHUT_WR);
  }

  private write(side: Side, bytes: Uint8Array<ArrayBuffer>): void {
    const count = kernel.write(side.fd, bytes, BigInt(bytes.length));
    if (count < 0 && !isTemporary(count)) return this[Symbol.dispose]();
    const rest = bytes.subarray(Math.max(count, 0));
    side.pending = rest.length === 0 ? undefined : rest.slice();
  }
}

function isTemporary(result: number): boolean {
  return ["EAGAIN", "EINTR", "ENOTCONN"].includes(errnoName(-result));
}
