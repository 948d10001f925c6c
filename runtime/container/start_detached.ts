/** Starting a container that nobody is attached to. */

import type { Store } from "../../storage/store.ts";
import { ExecutionRefused } from "../sandbox/start.ts";
import { launchContainer } from "./launch.ts";
import { ensureMonitored } from "./monitor/background_client.ts";
import { needsMonitor } from "./monitor/need.ts";
import { awaitsRestart } from "./state.ts";
import { releaseRunning, type RunningContainer } from "./running.ts";

/** Starts a container in the background. Throws StartError if its program cannot be started. */
export async function startDetached(store: Store, id: string): Promise<void> {
  let running: RunningContainer;
  try {
    running = await launchContainer(store, id, { tied: false, attached: false });
  } catch (error) {
    if (!(error instanceof ExecutionRefused)) throw error;
    // It has started, said so, and exited.
    if (awaitsRestart(store, id)) await ensureMonitored(store);
    return;
  }
  const { container, hostConfig } = running;
  releaseRunning(running);
  if (needsMonitor(container.Config, hostConfig)) await ensureMonitored(store);
}
