/** Timers: timerfd_create(2). For what happens in every run: the first use of setTimeout() loads node:timers, some 6 ms. */

import { EPOLL, O } from "./constants.ts";
import { check } from "./errno.ts";
import { close } from "./file.ts";
import { kernel } from "./kernel.ts";
import { poller } from "./poller.ts";

const CLOCK_MONOTONIC = 1;

/** Calls back once, unless it is disposed of before. */
export class Timer implements Disposable {
  private fd: number;

  constructor(milliseconds: number, callback: () => void) {
    this.fd = check(kernel.timerfd_create(CLOCK_MONOTONIC, O.CLOEXEC), "timerfd_create");
    // struct itimerspec: the interval, 0 for once, and the time; in seconds and nanoseconds.
    const [seconds, rest] = [Math.floor(milliseconds / 1000), milliseconds % 1000];
    const time = new BigInt64Array([0n, 0n, BigInt(seconds), BigInt(rest * 1e6)]);
    const bytes = new Uint8Array(time.buffer);
    check(kernel.timerfd_settime(this.fd, 0, bytes, null), "timerfd_settime");
    poller.watch(this.fd, EPOLL.IN, () => {
      this[Symbol.dispose]();
      callback();
    });
  }

  [Symbol.dispose](): void {
    if (this.fd < 0) return;
    poller.unwatch(this.fd);
    close(this.fd);
    this.fd = -1;
  }
}
