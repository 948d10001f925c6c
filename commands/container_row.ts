/** A line of `box ps`. */

import type { ListedContainer } from "../runtime/container/list.ts";
import { portsOf } from "../runtime/container/ports.ts";
import { statusOf } from "../runtime/container/state.ts";
import { InvalidError } from "../storage/errors.ts";
import { formatReference, parseReference } from "../storage/image/reference.ts";
import { describePorts } from "./container_ports.ts";
import { describeStatus } from "./container_status.ts";
import { creationTimeOf, elapsed } from "./elapsed_time.ts";
import { formatCommand } from "./format/command_text.ts";
import { ellipsis, truncateId } from "./format/ellipsis.ts";
import { formatLocalTime } from "./format/timestamp.ts";
import { humanSize } from "./format/units.ts";

export interface ContainerRowOptions {
  /** Nanoseconds since the epoch. */
  readonly now: bigint;
  /** Cut ids, names and commands to the width of their column. */
  readonly truncate: boolean;
  /** How much a container wrote, and that with its image, in bytes; absent unless it is wanted. */
  readonly sizesOf?: (id: string) => { readonly SizeRw: number; readonly SizeRootFs: number };
}

/** The titles of its columns. */
export const containerHeaders = {
  ID: "CONTAINER ID",
  Names: "NAMES",
  Image: "IMAGE",
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  RunningFor: "CREATED",
  Ports: "PORTS",
  State: "STATE",
  Status: "STATUS",
  Size: "SIZE",
  Labels: "LABELS",
  Mounts: "MOUNTS",
  LocalVolumes: "LOCAL VOLUMES",
  Networks: "NETWORKS",
};

const MOUNT_WIDTH = 15;

/** Its properties are what a format can name: those of Docker's ContainerContext. */
export class ContainerRow {
  readonly #container: ListedContainer["container"];
  readonly #image: string;
  readonly #options: ContainerRowOptions;

  constructor({ container, image }: ListedContainer, options: ContainerRowOptions) {
    this.#container = container;
    this.#image = image;
    this.#options = options;
  }

  get ID(): string {
    const { ID } = this.#container;
    return this.#options.truncate ? truncateId(ID) : ID;
  }

  get Names(): string {
    return this.#container.Name.slice(1);
  }

  get Image(): string {
    if (this.#image === "") return "<no image>";
    return this.#options.truncate ? shortImage(this.#image, this.#container.Image) : this.#image;
  }

  get Command(): string {
    const { Path, Args } = this.#container;
    return formatCommand(Path, Args ?? [], { truncate: this.#options.truncate });
  }

  get CreatedAt(): string {
    return formatLocalTime(creationTimeOf(this.#container.Created));
  }

  get RunningFor(): string {
    return `${elapsed(creationTimeOf(this.#container.Created), this.#options.now)} ago`;
  }

  get Ports(): string {
    return describePorts(portsOf(this.#container));
  }

  get State(): string {
    return statusOf(this.#container.State);
  }

  get Status(): string {
    return describeStatus(this.#container.State, this.#options.now);
  }

  get Size(): string {
    const { SizeRw, SizeRootFs } = this.#options.sizesOf?.(this.#container.ID) ??
      { SizeRw: 0, SizeRootFs: 0 };
    const own = humanSize(SizeRw, 3);
    return SizeRootFs > 0 ? `${own} (virtual ${humanSize(SizeRootFs, 3)})` : own;
  }

  get Labels(): string {
    return Object.entries(this.#labels).map(([name, value]) => `${name}=${value}`).join(",");
  }

  get #labels(): Readonly<Record<string, string>> {
    return this.#container.Config.Labels ?? {};
  }

  /** `{{.Label "name"}}` */
  Label(name: string): string {
    return Object.hasOwn(this.#labels, name) ? this.#labels[name] : "";
  }

  get Mounts(): string {
    const names = Object.values(this.#container.MountPoints ?? {})
      .map(({ Name, Source }) => Name || Source);
    return names.map((name) => this.#options.truncate ? ellipsis(name, MOUNT_WIDTH) : name)
      .join(",");
  }

  get LocalVolumes(): string {
    const points = Object.values(this.#container.MountPoints ?? {});
    return String(points.filter(({ Driver }) => Driver === "local").length);
  }

  get Networks(): string {
    return Object.keys(this.#container.NetworkSettings.Networks ?? {}).join(",");
  }
}

/** An image's name without its digest, or the beginning of its id. */
function shortImage(image: string, id: string): string {
  if (truncateId(image) === truncateId(id)) return truncateId(id);
  try {
    const { repository, tag } = parseReference(image);
    return formatReference({ repository, tag });
  } catch (error) {
    if (error instanceof InvalidError) return image;
    throw error;
  }
}
