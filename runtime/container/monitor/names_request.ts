/** Telling a container's monitor that the container has come to a network on which containers have names. */

import { EngineError } from "../../../storage/errors.ts";
import { readContainerIfExists } from "../../../storage/container/container_store.ts";
import type { Store } from "../../../storage/store.ts";
import { reach } from "../attach.ts";
import { isAlive } from "../process_identity.ts";
import { encodeFrame, FRAME, readFrames, writeFrame } from "./frames.ts";

/** How often monitors may be killed while they are told. */
const ATTEMPTS = 3;

/** Returns when the container's questions about names are answered. */
export async function askForNames(store: Store, id: string): Promise<void> {
  const runs = () => {
    const container = readContainerIfExists(store, id);
    return container !== undefined && isAlive(container);
  };
  for (let attempt = 0; attempt < ATTEMPTS && runs(); attempt++) {
    using monitor = await reach(store, id, runs);
    if (monitor === undefined || await tell(monitor)) return;
  }
  if (runs()) throw new EngineError(`nobody answers the questions of container ${id} about names`);
}

/** Whether the monitor has understood. */
async function tell(monitor: Deno.UnixConn): Promise<boolean> {
  try {
    await writeFrame(monitor, encodeFrame(FRAME.NAMES));
  } catch {
    return false; // killed
  }
  for await (const { kind } of readFrames(monitor)) if (kind === FRAME.NAMES) return true;
  return false;
}
