/** A line of `box volume ls`, and of the volumes in `box system df -v`. */

import type { VolumeInspect } from "../runtime/volume/list.ts";
import { humanSize } from "./format/units.ts";

/** The titles of its columns. */
export const volumeHeaders = {
  Name: "VOLUME NAME",
  Driver: "DRIVER",
  Scope: "SCOPE",
  Mountpoint: "MOUNTPOINT",
  Labels: "LABELS",
  Links: "LINKS",
  Size: "SIZE",
};

/** What only `system df` finds out. */
interface VolumeUsage {
  /** How many containers use it. */
  readonly links: number;
  /** Bytes. */
  readonly size: number;
}

/** Its properties are what a format can name: those of Docker's volumeContext. */
export class VolumeRow {
  readonly #volume: VolumeInspect;
  readonly #usage: VolumeUsage | undefined;

  constructor(volume: VolumeInspect, usage?: VolumeUsage) {
    this.#volume = volume;
    this.#usage = usage;
  }

  get Name(): string {
    return this.#volume.Name;
  }

  get Driver(): string {
    return this.#volume.Driver;
  }

  get Scope(): string {
    return this.#volume.Scope;
  }

  get Mountpoint(): string {
    return this.#volume.Mountpoint;
  }

  get Labels(): string {
    return Object.entries(this.#volume.Labels ?? {}).map(([key, value]) => `${key}=${value}`)
      .join(",");
  }

  /** `{{.Label "name"}}` */
  Label(name: string): string {
    const labels = this.#volume.Labels ?? {};
    return Object.hasOwn(labels, name) ? labels[name] : "";
  }

  get Links(): string {
    return this.#usage === undefined ? "N/A" : String(this.#usage.links);
  }

  get Size(): string {
    return this.#usage === undefined ? "N/A" : humanSize(this.#usage.size);
  }
}
