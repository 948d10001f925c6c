/** Questions that come by TCP, each after its length in two bytes. */

import { EPOLL } from "../../../ffi/constants.ts";
import { errnoName } from "../../../ffi/errno.ts";
import { close } from "../../../ffi/file.ts";
import { kernel } from "../../../ffi/kernel.ts";
import { poller } from "../../../ffi/poller.ts";
import { Timer } from "../../../ffi/timer.ts";

/** Milliseconds in which a connection must have asked, and taken its answer. */
const PATIENCE = 10_000;
const LENGTH_SIZE = 2;

export type AnswerQuestion = (
  question: Uint8Array<ArrayBuffer>,
) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** One connection, one question at a time. */
export class QuestionStream implements Disposable {
  private received = new Uint8Array();
  private open = true;
  private readonly timer: Timer;

  /** Owns the socket, which does not block. */
  constructor(
    private readonly socket: number,
    private readonly answer: AnswerQuestion,
    private readonly ended: () => void,
  ) {
    this.timer = new Timer(PATIENCE, () => this[Symbol.dispose]());
    this.listen();
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    this.timer[Symbol.dispose]();
    poller.unwatch(this.socket);
    close(this.socket);
    this.ended();
  }

  private listen(): void {
    poller.watch(this.socket, EPOLL.IN, () => this.receive());
  }

  private receive(): void {
    const buffer = new Uint8Array(4096);
    const count = kernel.read(this.socket, buffer, BigInt(buffer.length));
    if (["EAGAIN", "EINTR"].includes(errnoName(-count))) return;
    if (count <= 0) return this[Symbol.dispose]();
    this.received = new Uint8Array([...this.received, ...buffer.subarray(0, count)]);
    this.advance();
  }

  /** Answers the next question if it is there as a whole; a question is no longer than its length can say. */
  private async advance(): Promise<void> {
    const size = this.received[0] << 8 | this.received[1], end = LENGTH_SIZE + size;
    if (this.received.length < LENGTH_SIZE || this.received.length < end) return;
    const question = this.received.slice(LENGTH_SIZE, end);
    this.received = this.received.slice(end);
    poller.unwatch(this.socket);
    const answer = await this.answer(question).catch(() => undefined);
    if (!this.open) return;
    if (answer === undefined) return this[Symbol.dispose]();
    // An answer fits what the kernel keeps for a connection that has nothing else to take.
    const bytes = new Uint8Array([answer.length >> 8, answer.length & 0xff, ...answer]);
    if (kernel.write(this.socket, bytes, BigInt(bytes.length)) !== bytes.length) {
      return this[Symbol.dispose]();
    }
    this.listen();
    await this.advance();
  }
}
