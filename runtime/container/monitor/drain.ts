/** Reading a container's output. */

import { EPOLL } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, read } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";

/** What one read takes at most: what a pipe holds. All share it, since what is read is passed on before the next read. */
const buffer = new Uint8Array(65536);

export interface Drain {
  /** Resolves when there is nothing more to come, and rejects with what the receiver has thrown. */
  readonly ended: Promise<void>;
  /** Ends it now. */
  stop(): void;
}

type Receive = (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;

/** Reads into a buffer what has come; 0 at the end. */
type Read = (fd: number, buffer: Uint8Array<ArrayBuffer>) => number;

/** Reads a pipe or terminal to its end, as fast as it is received, and closes it. */
export function drain(fd: number, receive: Receive, readFrom: Read = readOutput): Drain {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let open = true;
  const finish = (settle: () => void) => {
    if (!open) return;
    open = false;
    poller.unwatch(fd);
    close(fd);
    settle();
  };
  const fail = (error: unknown) => finish(() => reject(error));
  const watch = () => poller.watch(fd, EPOLL.IN, take);
  const take = () => {
    try {
      const length = readFrom(fd, buffer);
      if (length === 0) return finish(resolve);
      const received = receive(buffer.subarray(0, length));
      if (received === undefined) return;
      poller.unwatch(fd);
      received.then(() => open && watch(), fail);
    } catch (error) {
      fail(error);
    }
  };
  watch();
  return { ended, stop: () => finish(resolve) };
}

/** 0 at the end, which a terminal shows as an error. */
function readOutput(fd: number, buffer: Uint8Array<ArrayBuffer>): number {
  try {
    return read(fd, buffer);
  } catch (error) {
    if (isErrno(error, "EIO")) return 0;
    throw error;
  }
}
