/** Descriptors in the event loop: epoll(7), waited for on one pool thread however many there are. */

import { EFD, EPOLL } from "./constants.ts";
import { check, isErrno } from "./errno.ts";
import { kernel, kernelInPool } from "./kernel.ts";

/** EPOLL.* bits of what happened; ERR and HUP are reported whether asked for or not. */
export type PollCallback = (events: number) => void;

interface Watch {
  readonly fd: number;
  readonly callback: PollCallback;
}

/** struct epoll_event is packed on x86-64 only. */
const EVENT_SIZE = Deno.build.arch === "x86_64" ? 12 : 16;
const DATA_OFFSET = EVENT_SIZE - 8;
const EVENTS_AT_ONCE = 64;
const FOREVER = -1;
/** The token of the descriptor that interrupts the waiting. */
const WAKE = 0;

/**
 * Calls back on the main thread when a descriptor is ready (level-triggered). While something is watched the process stays
 * alive; when nothing is, no thread waits.
 */
export class Poller {
  #epoll = -1;
  #wake = -1;
  #running = false;
  #waiting = false;
  #lastToken = WAKE;
  /** An event carries a token, not a descriptor: its number may have been reused since the event was fetched. */
  readonly #watches = new Map<number, Watch>();
  readonly #tokens = new Map<number, number>();
  readonly #events = new Uint8Array(EVENTS_AT_ONCE * EVENT_SIZE);
  readonly #view = new DataView(this.#events.buffer);

  /**
   * Watches for EPOLL.IN, EPOLL.OUT...; a descriptor that is watched already gets the new events and callback. Throws EPERM
   * for what is always ready (regular files, directories).
   */
  watch(fd: number, events: number, callback: PollCallback): void {
    if (this.#epoll < 0) this.#open();
    const token = ++this.#lastToken, known = this.#tokens.get(fd);
    if (known === undefined || !this.#modify(fd, events, token)) {
      this.#control(EPOLL.CTL_ADD, fd, events, token);
    }
    if (known !== undefined) this.#watches.delete(known);
    this.#tokens.set(fd, token);
    this.#watches.set(token, { fd, callback });
    if (!this.#running) this.#run();
  }

  /** Ends the watch; before the descriptor is closed, for another process may hold a copy of it. */
  unwatch(fd: number): void {
    const token = this.#tokens.get(fd);
    if (token === undefined) return;
    this.#tokens.delete(fd);
    this.#watches.delete(token);
    kernel.epoll_ctl(this.#epoll, EPOLL.CTL_DEL, fd, event(0, 0)); // fails for a descriptor closed already
    if (this.#watches.size === 0 && this.#waiting) {
      this.#control(EPOLL.CTL_MOD, this.#wake, EPOLL.IN | EPOLL.ONESHOT, WAKE);
    }
  }

  #open(): void {
    this.#epoll = check(kernel.epoll_create1(EFD.CLOEXEC), "epoll_create1");
    // Always readable, so that arming it is enough to interrupt the waiting.
    this.#wake = check(kernel.eventfd2(1, EFD.CLOEXEC | EFD.NONBLOCK), "eventfd");
    this.#control(EPOLL.CTL_ADD, this.#wake, EPOLL.ONESHOT, WAKE);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#watches.size > 0) {
      this.#waiting = true;
      // Less than nothing: a signal interrupted the pool thread.
      const count = await kernelInPool.epoll_pwait(
        this.#epoll,
        this.#events,
        EVENTS_AT_ONCE,
        FOREVER,
        null,
        0n,
      );
      this.#waiting = false;
      for (let i = 0; i < count; i++) this.#dispatch(i * EVENT_SIZE);
    }
    this.#running = false;
  }

  #dispatch(at: number): void {
    const watch = this.#watches.get(Number(this.#view.getBigUint64(at + DATA_OFFSET, true)));
    if (watch === undefined) return; // ended by an earlier callback
    try {
      watch.callback(this.#view.getUint32(at, true));
    } catch (error) {
      reportError(error);
    }
  }

  #modify(fd: number, events: number, token: number): boolean {
    try {
      this.#control(EPOLL.CTL_MOD, fd, events, token);
      return true;
    } catch (error) {
      if (isErrno(error, "ENOENT")) return false; // closed meanwhile, and another file has its number
      throw error;
    }
  }

  #control(operation: number, fd: number, events: number, token: number): void {
    check(
      kernel.epoll_ctl(this.#epoll, operation, fd, event(events, token)),
      "watch descriptor",
      String(fd),
    );
  }
}

function event(events: number, token: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(EVENT_SIZE), view = new DataView(bytes.buffer);
  view.setUint32(0, events, true);
  view.setBigUint64(DATA_OFFSET, BigInt(token), true);
  return bytes;
}

/** The event loop's. */
export const poller: Poller = new Poller();
