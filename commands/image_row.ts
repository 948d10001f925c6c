/** The lines of `box images`: one for each name of an image. */

import type { ImageSummary } from "../storage/image/list.ts";
import { parseReference } from "../storage/image/reference.ts";
import { creationTimeOf, elapsed, never } from "./elapsed_time.ts";
import { truncateId } from "./format/ellipsis.ts";
import { formatLocalTime } from "./format/timestamp.ts";
import { humanSize } from "./format/units.ts";

export interface ImageRowOptions {
  /** Nanoseconds since the epoch. */
  readonly now: bigint;
  /** Cut ids to 12 digits. */
  readonly truncate: boolean;
  /** A line for each digest of a repository. */
  readonly digests: boolean;
}

/** What only `system df` finds out. */
export interface ImageUsage {
  /** How many containers were made of it. */
  readonly containers: number;
  /** Bytes in its layers that other images have, too. */
  readonly sharedSize: number;
}

/** The titles of their columns. */
export const imageHeaders = {
  ID: "IMAGE ID",
  Repository: "REPOSITORY",
  Tag: "TAG",
  Digest: "DIGEST",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  Size: "SIZE",
  Containers: "CONTAINERS",
  VirtualSize: "SIZE",
  SharedSize: "SHARED SIZE",
  UniqueSize: "UNIQUE SIZE",
};

const NONE = "<none>";

interface ImageName {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** Its properties are what a format can name: those of Docker's imageContext. */
export class ImageRow {
  readonly #image: ImageSummary;
  readonly #name: ImageName;
  readonly #options: ImageRowOptions;
  readonly #usage: ImageUsage | undefined;

  constructor(
    image: ImageSummary,
    name: ImageName,
    options: ImageRowOptions,
    usage: ImageUsage | undefined,
  ) {
    this.#image = image;
    this.#name = name;
    this.#options = options;
    this.#usage = usage;
  }

  get ID(): string {
    return this.#options.truncate ? truncateId(this.#image.id) : this.#image.id;
  }

  get Repository(): string {
    return this.#name.repository;
  }

  get Tag(): string {
    return this.#name.tag;
  }

  get Digest(): string {
    return this.#name.digest;
  }

  /** Empty for an image that does not tell. */
  get CreatedSince(): string {
    const created = creationTimeOf(this.#image.created);
    return created === never ? "" : `${elapsed(created, this.#options.now)} ago`;
  }

  get CreatedAt(): string {
    return formatLocalTime(creationTimeOf(this.#image.created));
  }

  get Size(): string {
    return humanSize(this.#image.size, 3);
  }

  get VirtualSize(): string {
    return humanSize(this.#image.size);
  }

  get Containers(): string {
    return this.#usage ? String(this.#usage.containers) : "N/A";
  }

  get SharedSize(): string {
    return this.#usage ? humanSize(this.#usage.sharedSize) : "N/A";
  }

  get UniqueSize(): string {
    return this.#usage ? humanSize(this.#image.size - this.#usage.sharedSize) : "N/A";
  }
}

export function imageRows(
  image: ImageSummary,
  options: ImageRowOptions,
  usage?: ImageUsage,
): ImageRow[] {
  return namesOf(image, options.digests)
    .map((name) => new ImageRow(image, name, options, usage));
}

/** Names with a tag, each with the digests of its repository; then repositories that have only digests. */
function namesOf({ tags, digests }: ImageSummary, withDigests: boolean): ImageName[] {
  if (tags.length + digests.length === 0) {
    return [{ repository: NONE, tag: NONE, digest: NONE }];
  }
  const digestsByRepository = new Map<string, string[]>();
  for (const { repository, digest = NONE } of digests.map(parseReference)) {
    digestsByRepository.set(repository, [...digestsByRepository.get(repository) ?? [], digest]);
  }
  const tagged = tags.map(parseReference);
  const named = tagged.flatMap(({ repository, tag = NONE }) => {
    const shown = withDigests ? digestsByRepository.get(repository) : undefined;
    return (shown ?? [NONE]).map((digest) => ({ repository, tag, digest }));
  });
  for (const { repository } of tagged) digestsByRepository.delete(repository);
  const untagged = [...digestsByRepository].flatMap(([repository, digests]) =>
    (withDigests ? digests : [""]).map((digest) => ({ repository, tag: NONE, digest }))
  );
  return [...named, ...untagged];
}
