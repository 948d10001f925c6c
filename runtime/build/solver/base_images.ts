/** Getting the images that stages start from, or copy from, out of registries. */

import { NotFoundError } from "../../../storage/errors.ts";
import { resolveImage } from "../../../storage/image/image_store.ts";
import { parseReference, withDefaultTag } from "../../../storage/image/reference.ts";
import type { Store } from "../../../storage/store.ts";
import type { Platform } from "../frontend/types.ts";
import type { BuildRequest } from "./request.ts";

/** Tells a line about what is being done. */
type Note = (text: string) => void;

export class BaseImages {
  /** By reference and platform: stages that start from the same image fetch it once. */
  private readonly pulls = new Map<string, Promise<void>>();

  constructor(
    private readonly store: Store,
    private readonly request: BuildRequest,
    private readonly signal: AbortSignal,
  ) {}

  /** Makes sure that the store has an image, or has the newest, if that was asked for. */
  async provide(reference: string, platform: Platform | undefined, note: Note): Promise<void> {
    const { registry, pull } = this.request;
    if (registry === undefined || (!pull && this.isThere(reference, platform))) return;
    const key = [reference, platform?.os, platform?.architecture, platform?.variant].join(" ");
    let pulling = this.pulls.get(key);
    if (pulling === undefined) {
      pulling = this.pull(reference, platform, note);
      this.pulls.set(key, pulling);
    }
    await pulling;
  }

  private isThere(reference: string, platform: Platform | undefined): boolean {
    try {
      const { os, architecture } = resolveImage(this.store, reference).config;
      return platform === undefined ||
        (platform.os === (os || "linux") && platform.architecture === architecture);
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  private async pull(
    reference: string,
    platform: Platform | undefined,
    note: Note,
  ): Promise<void> {
    const { pullImages } = await import("../../image/pull/pull.ts");
    await pullImages(this.store, {
      ...this.request.registry!,
      signal: this.signal,
      reference: withDefaultTag(parseReference(reference)),
      platform,
      report: ({ id, status, total }) => {
        if (total === undefined) note(id === undefined ? status : `${id}: ${status}`);
      },
    });
  }
}
