/**
 * What passes between a container's monitor and who is attached to it: frames with the header of docker's attach stream, one byte
 * for the kind, three zeros and the length of what follows, big-endian.
 */

export const FRAME = {
  /** To the monitor: what the container is to read; that there is no more; rows and columns of the terminal, two bytes each. */
  STDIN: 0,
  STDIN_END: 3,
  RESIZE: 4,
  /** From the monitor: what the container has written. */
  STDOUT: 1,
  STDERR: 2,
  /** To the monitor: a process that was executed is left to it; and back again when it has taken it: exec_frame.ts. */
  EXEC: 6,
  /** To the monitor: the container's memory is limited since; and back again when it has seen to that. */
  MEMORY_LIMITED: 7,
  /** To the monitor: the container is on a network with names; and back again when they are answered: names_request.ts. */
  NAMES: 8,
  /** From the monitor: the exit code, four bytes. The last frame. */
  EXIT: 5,
} as const;

const HEADER_SIZE = 8;
/** Bytes of a payload that are still believed. */
const LARGEST_PAYLOAD = 1 << 20;

export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** A frame as bytes of its own. */
export function encodeFrame(kind: number, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE + payload.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(4, payload.length);
  bytes.set(payload, HEADER_SIZE);
  return bytes;
}

/** The frames that a connection brings, until it ends or brings something else. */
export async function* readFrames(connection: Deno.Conn): AsyncGenerator<Frame> {
  for (;;) {
    const header = await readExactly(connection, HEADER_SIZE);
    if (header === undefined) return;
    const length = new DataView(header.buffer).getUint32(4);
    if (length > LARGEST_PAYLOAD) return;
    const payload = await readExactly(connection, length);
    if (payload === undefined) return;
    yield { kind: header[0], payload };
  }
}

/** So many bytes, or undefined if the connection ends before. */
async function readExactly(
  connection: Deno.Conn,
  size: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(size);
  for (let length = 0; length < size;) {
    const got = await connection.read(bytes.subarray(length)).catch(() => null); // reset, or closed here
    if (got === null) return undefined;
    length += got;
  }
  return bytes;
}

export async function writeFrame(connection: Deno.Conn, frame: Uint8Array): Promise<void> {
  for (let rest = frame; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}
