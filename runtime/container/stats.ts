/** Watching what containers use of the host. */

import type { ContainerFile } from "../../storage/container/config.ts";
import {
  containerExists,
  readContainer,
  readHostConfig,
} from "../../storage/container/container_store.ts";
import type { Store } from "../../storage/store.ts";
import { readUsage, type ResourceUsage } from "./resource_usage.ts";
import { withTrueState } from "./state.ts";

export interface ContainerStats {
  readonly id: string;
  /** Without a leading slash. */
  readonly name: string;
  /** Absent for a container that does not run. */
  readonly usage?: ResourceUsage;
  /** How many processors it kept busy since the sample before; absent for the first sample of a run. */
  readonly processors?: number;
}

interface Sample {
  readonly pid: number;
  /** Seconds on a clock of this process. */
  readonly time: number;
  readonly cpuTime: number;
}

/** Takes samples, and remembers the last one of each container to compare with. */
export class StatsSampler {
  readonly #last = new Map<string, Sample>();

  constructor(private readonly store: Store) {}

  /** Returns nothing for a container that is removed. */
  sample(id: string): ContainerStats | undefined {
    try {
      return this.#sample(withTrueState(this.store, readContainer(this.store, id)));
    } catch (error) {
      if (containerExists(this.store, id)) throw error;
      return undefined;
    }
  }

  #sample(container: ContainerFile): ContainerStats {
    const { ID: id, State: { Running, Pid: pid } } = container, name = container.Name.slice(1);
    if (!Running || pid === 0) {
      this.#last.delete(id);
      return { id, name };
    }
    const usage = readUsage(container, readHostConfig(this.store, id));
    const { cpuTime } = usage, time = performance.now() / 1000;
    const last = this.#last.get(id);
    this.#last.set(id, { pid, time, cpuTime });
    if (last?.pid !== pid || time <= last.time) return { id, name, usage };
    // Less than before: a process took its time along that nobody had waited for.
    const processors = Math.max(cpuTime - last.cpuTime, 0) / (time - last.time);
    return { id, name, usage, processors };
  }
}
