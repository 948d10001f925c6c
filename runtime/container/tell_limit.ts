/** Telling the monitor of a running container that its memory has been limited. */

import type { Store } from "../../storage/store.ts";
import { reach } from "./attach.ts";
import { encodeFrame, FRAME, readFrames, writeFrame } from "./monitor/frames.ts";

/** Returns when the monitor watches for what the kernel kills. One that there is not, or that is killed, need not be told. */
export async function tellMemoryLimit(store: Store, id: string): Promise<void> {
  let attempts = 0;
  using monitor = await reach(store, id, () => attempts++ === 0);
  if (monitor === undefined) return;
  try {
    await writeFrame(monitor, encodeFrame(FRAME.MEMORY_LIMITED));
  } catch {
    return; // killed
  }
  for await (const { kind } of readFrames(monitor)) if (kind === FRAME.MEMORY_LIMITED) return;
}
