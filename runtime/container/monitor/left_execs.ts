/** The part of a monitor that most containers do not need, loaded only where one does: see execs.ts. */

import { listExecs } from "../exec/notes.ts";
import type { RunningContainer } from "../running.ts";
import type { DetachedExecs } from "./execs.ts";

export class LeftExecs {
  private execs: DetachedExecs | undefined;
  private isOver = false;

  constructor(private readonly running: RunningContainer) {}

  /** Takes over those that were left to the last monitor of the container. */
  async adopt(): Promise<void> {
    const { store, id } = this.running;
    if (listExecs(store, id).length === 0) return;
    const execs = await this.load();
    if (!this.isOver) execs.adoptAll();
  }

  /** Takes over one that a frame tells of: exec_frame.ts. False: it cannot. */
  async take(payload: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const execs = await this.load();
    return !this.isOver && execs.take(payload);
  }

  /** Resolves when all have ended, after the container has. */
  async ended(): Promise<void> {
    this.isOver = true;
    await this.execs?.ended();
  }

  /** Leaves them to another process. */
  release(): void {
    this.isOver = true;
    this.execs?.release();
  }

  private async load(): Promise<DetachedExecs> {
    const { DetachedExecs } = await import("./execs.ts");
    return this.execs ??= new DetachedExecs(this.running);
  }
}
