/** Where others attach to a container: a socket in its directory, which its monitor serves. */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, openAt, unlink } from "../../../ffi/file.ts";
import { statIfExists } from "../../../ffi/stat.ts";
import type { StreamName } from "../streams.ts";
import { encodeFrame, FRAME, type Frame, readFrames, writeFrame } from "./frames.ts";
import type { Attachment, Monitor } from "./monitor.ts";

export const ATTACH_SOCKET = "attach.sock";

/** Bytes that may wait for somebody who is attached before the container has to wait as well. */
const LONGEST_QUEUE = 1 << 20;

export class AttachServer {
  private readonly clients = new Set<Client>();
  /** All but the last are out of reach. Closing one too early would take away the file that the next one has made. */
  private readonly listeners: Deno.UnixListener[] = [];

  /** `path` is the container's directory. */
  constructor(private readonly path: string, private readonly monitor: Monitor) {
    this.listen();
  }

  /** Makes the socket again if somebody has removed it. Who is attached stays so. */
  renew(): void {
    if (!statIfExists(AT.FDCWD, `${this.path}/${ATTACH_SOCKET}`)) this.listen();
  }

  /** Closes it when everybody has got what was written, and the exit code if there is one. */
  async close(exitCode?: number): Promise<void> {
    for (const listener of this.listeners) listener.close();
    await Promise.all([...this.clients].map((client) => client.finish(exitCode)));
  }

  private listen(): void {
    // Its name may be longer than a socket's may be: it is made through a descriptor.
    const directory = openAt(AT.FDCWD, this.path, O.PATH | O.DIRECTORY);
    try {
      removeStale(directory);
      const path = `/proc/self/fd/${directory}/${ATTACH_SOCKET}`;
      const listener = Deno.listen({ transport: "unix", path });
      listener.unref();
      this.listeners.push(listener);
      this.serve(listener);
    } finally {
      close(directory);
    }
  }

  private async serve(listener: Deno.UnixListener): Promise<void> {
    for await (const connection of listener) {
      const client = new Client(connection, this.monitor);
      this.clients.add(client);
      this.monitor.attach(client);
      client.receive().finally(() => {
        this.monitor.detach(client);
        this.clients.delete(client);
      });
    }
  }
}

/** What a monitor that was killed has left. */
function removeStale(directory: number): void {
  try {
    unlink(directory, ATTACH_SOCKET);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** Somebody who is attached. */
class Client implements Attachment {
  private queued = 0;
  private sent: Promise<void> = Promise.resolve();

  constructor(private readonly connection: Deno.UnixConn, private readonly monitor: Monitor) {}

  output(stream: StreamName, bytes: Uint8Array<ArrayBuffer>): void | Promise<void> {
    const frame = encodeFrame(stream === "stdout" ? FRAME.STDOUT : FRAME.STDERR, bytes);
    this.queued += frame.length;
    this.sent = this.sent.then(() => writeFrame(this.connection, frame))
      .catch(() => this.monitor.detach(this)) // has gone
      .then(() => void (this.queued -= frame.length));
    if (this.queued > LONGEST_QUEUE) return this.sent;
  }

  /** Takes what comes until there is nothing more. */
  async receive(): Promise<void> {
    for await (const frame of readFrames(this.connection)) await this.take(frame);
    this.close();
  }

  async finish(exitCode: number | undefined): Promise<void> {
    await this.sent;
    if (exitCode !== undefined) {
      const payload = new Uint8Array(4);
      new DataView(payload.buffer).setInt32(0, exitCode);
      await writeFrame(this.connection, encodeFrame(FRAME.EXIT, payload)).catch(() => {});
    }
    this.close();
  }

  private async take({ kind, payload }: Frame): Promise<void> {
    const { monitor } = this;
    if (kind === FRAME.STDIN) await monitor.input?.write(payload);
    else if (kind === FRAME.STDIN_END) monitor.endInput();
    else if (kind === FRAME.EXEC && await monitor.execs.take(payload)) {
      await writeFrame(this.connection, encodeFrame(FRAME.EXEC)).catch(() => {}); // has gone
    } else if (kind === FRAME.MEMORY_LIMITED) {
      monitor.watchMemory();
      await writeFrame(this.connection, encodeFrame(FRAME.MEMORY_LIMITED)).catch(() => {});
    } else if (kind === FRAME.NAMES) {
      await monitor.network.serveNames();
      await writeFrame(this.connection, encodeFrame(FRAME.NAMES)).catch(() => {});
    } else if (kind === FRAME.RESIZE && payload.length === 4) {
      const view = new DataView(payload.buffer);
      monitor.resize({ rows: view.getUint16(0), columns: view.getUint16(2) });
    }
  }

  private close(): void {
    try {
      this.connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed already
    }
  }
}
