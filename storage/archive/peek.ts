/** Looking at the beginning of a stream before it is decided who reads it. */

import { concatenate } from "../layer/bytes.ts";
import type { ByteSource } from "../layer/source.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The first bytes of a source, at least `length` unless it is shorter, and a source of all its bytes. The bytes are only
 * good until that one is read.
 */
export async function peek(
  source: ByteSource,
  length: number,
): Promise<{ head: Bytes; whole: ByteSource }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Bytes = new Uint8Array(0);
  while (head.length < length) {
    const kept = head.slice();
    const { value, done } = await iterator.next();
    head = done || kept.length === 0 ? value ?? kept : concatenate([kept, value]);
    if (done) break;
  }
  return { head, whole: chain(head, iterator) };
}

async function* chain(head: Bytes, rest: AsyncIterator<Bytes>): ByteSource {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** A source of these bytes. */
export async function* once(bytes: Bytes): ByteSource {
  yield bytes;
}
