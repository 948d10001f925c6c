/** The payload of a frame that tells of a process that was executed: its id, and the pipe that tells its end. */

const ID_SIZE = 64;

export interface ExecHandOver {
  readonly id: string;
  /** A descriptor of the process that tells of it. */
  readonly end: number;
  readonly pid: number;
}

export function encodeExec({ id, end }: Omit<ExecHandOver, "pid">): Uint8Array {
  const payload = new Uint8Array(ID_SIZE + 8), view = new DataView(payload.buffer);
  new TextEncoder().encodeInto(id, payload);
  view.setUint32(ID_SIZE, Deno.pid);
  view.setUint32(ID_SIZE + 4, end);
  return payload;
}

/** Undefined for what is none. */
export function decodeExec(payload: Uint8Array<ArrayBuffer>): ExecHandOver | undefined {
  const id = new TextDecoder().decode(payload.subarray(0, ID_SIZE));
  if (payload.length !== ID_SIZE + 8 || !/^[0-9a-f]{64}$/.test(id)) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset);
  return { id, pid: view.getUint32(ID_SIZE), end: view.getUint32(ID_SIZE + 4) };
}
