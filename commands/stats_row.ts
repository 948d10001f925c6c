/** A line of `box stats`. */

import type { ContainerStats } from "../runtime/container/stats.ts";
import { truncateId } from "./format/ellipsis.ts";
import { bytesSize, humanSize } from "./format/units.ts";

/** The titles of its columns. */
export const statsHeaders = {
  Container: "CONTAINER",
  ID: "CONTAINER ID",
  Name: "NAME",
  CPUPerc: "CPU %",
  MemUsage: "MEM USAGE / LIMIT",
  MemPerc: "MEM %",
  NetIO: "NET I/O",
  BlockIO: "BLOCK I/O",
  PIDs: "PIDS",
};

const nothing = {
  cpuTime: 0,
  memory: 0,
  memoryLimit: 0,
  received: 0,
  sent: 0,
  read: 0,
  written: 0,
  pids: 0,
};

/** Digits of a number of bytes that docker shows. */
const DIGITS = 3;

/** Its properties are what a format can name: those of Docker's statsContext. A container that does not run uses nothing. */
export class StatsRow {
  readonly #stats: ContainerStats;
  readonly #words: string;
  readonly #truncate: boolean;

  /** `words`: what the user called the container. */
  constructor(stats: ContainerStats, words: string, truncate: boolean) {
    this.#stats = stats;
    this.#words = words;
    this.#truncate = truncate;
  }

  get Container(): string {
    return this.#words;
  }

  get ID(): string {
    return this.#truncate ? truncateId(this.#stats.id) : this.#stats.id;
  }

  get Name(): string {
    return this.#stats.name;
  }

  get CPUPerc(): string {
    return percentage(this.#stats.processors ?? 0);
  }

  get MemUsage(): string {
    const { memory, memoryLimit } = this.#usage;
    return `${bytesSize(memory)} / ${bytesSize(memoryLimit)}`;
  }

  get MemPerc(): string {
    const { memory, memoryLimit } = this.#usage;
    return percentage(memoryLimit === 0 ? 0 : memory / memoryLimit);
  }

  get NetIO(): string {
    return inAndOut(this.#usage.received, this.#usage.sent);
  }

  get BlockIO(): string {
    return inAndOut(this.#usage.read, this.#usage.written);
  }

  get PIDs(): string {
    return String(this.#usage.pids);
  }

  get #usage() {
    return this.#stats.usage ?? nothing;
  }
}

function percentage(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function inAndOut(incoming: number, outgoing: number): string {
  return `${humanSize(incoming, DIGITS)} / ${humanSize(outgoing, DIGITS)}`;
}
