/** Moving what is in a pipe without a way through this process: splice(2). */

import { AT, O, SPLICE_F_NONBLOCK } from "./constants.ts";
import { errnoName, SystemError } from "./errno.ts";
import { close, makePipe, openAt } from "./file.ts";
import { kernel } from "./kernel.ts";

const offset = new BigInt64Array(1);
const offsetBytes = new Uint8Array(offset.buffer);

/**
 * Moves up to so many bytes from a pipe to this place of a file, and returns how many; 0 if nobody writes into the pipe any more
 * or, without `wait`, if there is nothing. What has left the pipe is in the file, even if this process is killed meanwhile.
 */
export function spliceToFile(
  pipe: number,
  file: number,
  at: number,
  length: number,
  wait = true,
): number {
  offset[0] = BigInt(at);
  return splice(pipe, file, offsetBytes, length, wait ? 0 : SPLICE_F_NONBLOCK);
}

/** The same from a terminal to a pipe. EIO: nobody has the terminal open any more. */
export function spliceToPipe(terminal: number, pipe: number, length: number): number {
  return splice(terminal, pipe, null, length, 0);
}

function splice(
  from: number,
  to: number,
  at: Uint8Array<ArrayBuffer> | null,
  length: number,
  flags: number,
): number {
  for (;;) {
    const moved = kernel.splice(from, null, to, at, BigInt(length), flags);
    if (moved >= 0) return moved;
    const name = errnoName(-moved);
    if (name === "EAGAIN" && flags === SPLICE_F_NONBLOCK) return 0;
    if (name !== "EINTR") throw new SystemError("splice", "", -moved);
  }
}

/** Both ends of a new pipe as one descriptor, close-on-exec. */
export function makeTwoWayPipe(): number {
  const [end, otherEnd] = makePipe();
  try {
    return openAt(AT.FDCWD, `/proc/self/fd/${end}`, O.RDWR); // fifo(7)
  } finally {
    close(end);
    close(otherEnd);
  }
}
