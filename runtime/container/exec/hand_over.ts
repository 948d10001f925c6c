/** Leaving a process that was executed in a container to the container's monitor, which notes its end. */

import { close } from "../../../ffi/file.ts";
import { EngineError } from "../../../storage/errors.ts";
import { reach } from "../attach.ts";
import { encodeFrame, FRAME, readFrames, writeFrame } from "../monitor/frames.ts";
import { encodeExec } from "../monitor/exec_frame.ts";
import { isAlive } from "../process_identity.ts";
import type { ExecProcess } from "./exec.ts";

/** How often monitors may be killed while they are told. */
const ATTEMPTS = 3;

/** Returns when the process lives on without this one. What it writes to a terminal from now on is thrown away. */
export async function handOver(
  { store, container, id, keeper, ends: { end } }: ExecProcess,
): Promise<void> {
  try {
    for (let attempt = 0; attempt < ATTEMPTS && isAlive(container); attempt++) {
      using monitor = await reach(store, container.ID, () => isAlive(container));
      if (monitor !== undefined && await tell(monitor, encodeExec({ id, end }))) break;
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error; // there can be no monitor: nobody will know of the end
  }
  keeper.release();
  close(end);
}

/** Whether the monitor has understood. */
async function tell(monitor: Deno.UnixConn, payload: Uint8Array): Promise<boolean> {
  try {
    await writeFrame(monitor, encodeFrame(FRAME.EXEC, payload));
  } catch {
    return false; // killed
  }
  for await (const { kind } of readFrames(monitor)) if (kind === FRAME.EXEC) return true;
  return false;
}
