/** The pipes between box and a container's process. */

import { AT, EPOLL, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, makePipe, openAt, read } from "../../ffi/file.ts";
import { kernelInPool } from "../../ffi/kernel.ts";
import { poller } from "../../ffi/poller.ts";
import type { StreamName } from "./log.ts";

/** What box's caller has to do with a container's streams. */
export interface Attachment {
  /** What the container reads; it sees the end when this ends. Only used for a container with an open stdin. */
  readonly stdin?: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Takes what the container wrote. May throw EPIPE: then the container gets it, too. The bytes are valid during the call. */
  output(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): void;
  /** Takes what went wrong without keeping the container from running. */
  warn(problem: string): void;
}

/** Bytes that one read takes at most. */
const CHUNK = 65536;

/** The descriptors of a container's stdin, stdout and stderr, and box's ends of them. */
export class ContainerStreams {
  /** What the container's process gets. */
  readonly stdio: [number, number, number];
  private readonly stdinEnd: number | undefined;
  private readonly outputEnds: Record<StreamName, number>;

  constructor(openStdin: boolean) {
    const [stdin, stdinEnd] = openStdin ? makePipe() : [openAt(AT.FDCWD, "/dev/null", O.RDWR)];
    const [stdoutEnd, stdout] = makePipe();
    const [stderrEnd, stderr] = makePipe();
    this.stdio = [stdin, stdout, stderr];
    this.stdinEnd = stdinEnd;
    this.outputEnds = { stdout: stdoutEnd, stderr: stderrEnd };
  }

  /** Closes the container's ends in this process: the container has its own now, or will never have any. */
  closeContainerEnds(): void {
    this.stdio.splice(0).forEach(close);
  }

  /** Closes box's ends as well, when there is nothing to be read. */
  closeAll(): void {
    this.closeContainerEnds();
    if (this.stdinEnd !== undefined) close(this.stdinEnd);
    Object.values(this.outputEnds).forEach(close);
  }

  /**
   * Passes everything on. Returns when the container's output has ended on both streams, and throws then what the receiver
   * of one has thrown.
   */
  async pass(attachment: Attachment, record: Attachment["output"]): Promise<void> {
    if (this.stdinEnd !== undefined) feed(this.stdinEnd, attachment);
    const results = await Promise.allSettled(
      (["stdout", "stderr"] as const).map((stream) =>
        drain(this.outputEnds[stream], (bytes) => {
          record(stream, bytes);
          attachment.output(stream, bytes);
        })
      ),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

/** Reads a pipe to its end. If the receiver takes no more the pipe is closed, so that the writer learns of it. */
function drain(fd: number, receive: (bytes: Uint8Array<ArrayBuffer>) => void): Promise<void> {
  const buffer = new Uint8Array(CHUNK);
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      poller.unwatch(fd);
      close(fd);
      settle();
    };
    poller.watch(fd, EPOLL.IN, () => {
      try {
        const length = read(fd, buffer);
        if (length === 0) finish(resolve);
        else receive(buffer.subarray(0, length));
      } catch (error) {
        finish(() => isErrno(error, "EPIPE") ? resolve() : reject(error));
      }
    });
  });
}

/** Writes all that comes, as fast as the container reads, and closes the pipe. What the container does not read is lost. */
async function feed(fd: number, { stdin, warn }: Attachment): Promise<void> {
  try {
    for await (const chunk of stdin ?? []) {
      for (let rest = chunk; rest.length > 0;) {
        // In the pool, where it may block: the container reads when it likes.
        const written = await kernelInPool.write(fd, rest, BigInt(rest.length));
        if (written < 0) return;
        rest = rest.subarray(written);
      }
    }
  } catch (error) {
    warn(`standard input cannot be read: ${error instanceof Error ? error.message : error}`);
  } finally {
    close(fd);
  }
}
