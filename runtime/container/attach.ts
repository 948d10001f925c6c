/** Attaching to a container that runs: from another process than its monitor's. */

import { AT, O } from "../../ffi/constants.ts";
import { isErrno } from "../../ffi/errno.ts";
import { close, openAt } from "../../ffi/file.ts";
import type { WindowSize } from "../../ffi/terminal.ts";
import type { ContainerFile } from "../../storage/container/config.ts";
import { containerPath, readContainer } from "../../storage/container/container_store.ts";
import { EngineError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { ATTACH_SOCKET } from "./monitor/attach_server.ts";
import { ensureMonitored } from "./monitor/background_client.ts";
import { encodeFrame, FRAME, readFrames, writeFrame } from "./monitor/frames.ts";
import { isAlive } from "./process_identity.ts";
import { withTrueState } from "./state.ts";
import type { StreamName } from "./streams.ts";

/** Milliseconds in which a container's monitor must have answered, and between two attempts to reach it. */
const PATIENCE = 10_000, RETRY = 20;

/** The container is in no state to be attached to. */
export class AttachError extends EngineError {
  override readonly name = "AttachError";
}

/** Throws AttachError, in the words of docker's client, unless the container runs and is not paused. */
export function assertAttachable(store: Store, container: ContainerFile): void {
  const { State: state } = withTrueState(store, container);
  if (!state.Running) {
    throw new AttachError("You cannot attach to a stopped container, start it first");
  }
  if (state.Paused) {
    throw new AttachError("You cannot attach to a paused container, unpause it first");
  }
  if (state.Restarting) {
    throw new AttachError("You cannot attach to a restarting container, wait until it is running");
  }
}

/** A connection to a container's streams. */
export class AttachedContainer {
  private sent: Promise<void> = Promise.resolve();

  private closed = false;

  private constructor(
    private readonly store: Store,
    private readonly container: ContainerFile,
    private connection: Deno.UnixConn,
  ) {}

  /** Attaches to a running container; one that has no monitor gets one. */
  static async to(store: Store, id: string): Promise<AttachedContainer> {
    const container = readContainer(store, id);
    return new AttachedContainer(store, container, await reach(store, id));
  }

  /**
   * Passes everything to a receiver that the container writes from now on; goes on with its next monitor if its monitor is
   * killed. Returns its exit code when it has ended; undefined if that cannot be told, or it is detached from.
   */
  async receive(
    output: (stream: StreamName, bytes: Uint8Array<ArrayBuffer>) => void,
  ): Promise<number | undefined> {
    for (;;) {
      for await (const { kind, payload } of readFrames(this.connection)) {
        if (kind === FRAME.EXIT) return new DataView(payload.buffer).getInt32(0);
        output(kind === FRAME.STDERR ? "stderr" : "stdout", payload);
      }
      if (this.closed || !isAlive(this.container)) return undefined;
      this.connection = await reach(this.store, this.container.ID);
    }
  }

  /** Writes to the container's standard input. Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void> {
    return this.send(encodeFrame(FRAME.STDIN, bytes));
  }

  /** Says that nothing more is written; the container sees it if its input was to end with the first one who is attached. */
  endInput(): Promise<void> {
    return this.send(encodeFrame(FRAME.STDIN_END));
  }

  resize({ rows, columns }: WindowSize): Promise<void> {
    const payload = new Uint8Array(4), view = new DataView(payload.buffer);
    view.setUint16(0, rows);
    view.setUint16(2, columns);
    return this.send(encodeFrame(FRAME.RESIZE, payload));
  }

  /** Detaches. */
  close(): void {
    this.closed = true;
    this.connection.close();
  }

  /** In the order in which they were asked for. What the container can no longer take is lost. */
  private send(frame: Uint8Array): Promise<void> {
    return this.sent = this.sent.then(() => writeFrame(this.connection, frame)).catch(() => {});
  }
}

/** A connection to a container's monitor; undefined when nobody wants it any more. */
export function reach(store: Store, id: string): Promise<Deno.UnixConn>;
export function reach(
  store: Store,
  id: string,
  isWanted: () => boolean,
): Promise<Deno.UnixConn | undefined>;
export async function reach(
  store: Store,
  id: string,
  isWanted: () => boolean = () => true,
): Promise<Deno.UnixConn | undefined> {
  const deadline = performance.now() + PATIENCE;
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    if (!isWanted()) return undefined;
    const connection = await connect(containerPath(store, id));
    if (connection !== undefined) return connection;
    if (attempt === 1) await ensureMonitored(store, id);
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
  throw new EngineError(
    `cannot attach to container ${id}: nobody answers at its ${ATTACH_SOCKET}`,
  );
}

/** Undefined: nobody listens there. */
async function connect(path: string): Promise<Deno.UnixConn | undefined> {
  let directory: number;
  try {
    directory = openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    return await Deno.connect({
      transport: "unix",
      path: `/proc/self/fd/${directory}/${ATTACH_SOCKET}`,
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused) {
      return undefined;
    }
    throw error;
  } finally {
    close(directory);
  }
}
