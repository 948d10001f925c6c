/** All images, as `box images` shows them. */

import { SystemError } from "../../ffi/errno.ts";
import { CorruptStoreError, InvalidError, NotFoundError } from "../errors.ts";
import { type Filter, Filters } from "../filter.ts";
import { LayerIndex } from "../layer/layer_index.ts";
import { compilePathPattern } from "../path_pattern.ts";
import type { Store } from "../store.ts";
import { compareTimes, ZERO_TIME } from "../time.ts";
import { youngestFirst } from "../youngest_first.ts";
import type { ImageConfig } from "./config.ts";
import { listImageIds, parentOf, readImageConfig, resolveImage } from "./image_store.ts";
import { Repositories } from "./repositories.ts";

export interface ImageSummary {
  readonly id: string;
  /** Names with a tag, sorted. */
  readonly tags: readonly string[];
  /** Names with a digest, sorted. */
  readonly digests: readonly string[];
  /** RFC 3339 */
  readonly created: string;
  /** Bytes in regular files of all layers; found out when it is asked for. */
  readonly size: number;
  readonly diffIds: readonly string[];
}

export interface ListImagesRequest {
  /** Also nameless images that others were made from. */
  readonly all: boolean;
  readonly filters: readonly Filter[];
}

export interface ImageList {
  /** The youngest first. */
  readonly images: readonly ImageSummary[];
  /** Images whose configurations cannot be read, and why: they must not hide the others. */
  readonly problems: readonly string[];
}

const knownFilters = ["dangling", "label", "before", "since", "reference"];

export function listImages(store: Store, request: ListImagesRequest): ImageList {
  const filters = new Filters(request.filters, knownFilters);
  const dangling = danglingFilter(filters);
  const patterns = filters.get("reference").map(compilePathPattern);
  const isInWindow = creationWindow(store, filters);
  const ids = listImageIds(store);
  const names = namesById(store);
  const isParent = parentTest(store, ids);
  const sizeOf = sizer(store);
  const images: ImageSummary[] = [], problems: string[] = [];
  for (const id of ids) {
    const { tags, digests } = matchingNames(patterns, names.get(id) ?? []);
    const isNamed = tags.length + digests.length > 0;
    if (!isNamed && (dangling === false || patterns.length > 0)) continue;
    const config = readConfig(store, id, problems);
    if (config === undefined || !filters.matchesLabels(config.config?.Labels)) continue;
    const created = config.created ?? ZERO_TIME;
    if (!isInWindow(created)) continue;
    if (!isNamed) {
      if ((dangling === true || !request.all) && isParent(id)) continue;
    } else if (dangling === true && (tags.length > 0 || isParent(id))) {
      continue;
    }
    const diffIds = config.rootfs.diff_ids ?? [];
    images.push({
      id,
      tags,
      digests,
      created,
      diffIds,
      get size() {
        return sizeOf(diffIds);
      },
    });
  }
  return { images: youngestFirst(images, ({ created }) => created), problems };
}

/** Docker takes only these two words, unlike for a switch of the command line. */
function danglingFilter(filters: Filters): boolean | undefined {
  const values = filters.get("dangling");
  if (values.length === 0) return undefined;
  if (values.includes("true")) return true;
  if (values.includes("false")) return false;
  throw new InvalidError(`Invalid filter 'dangling=[${values.join(" ")}]'`);
}

/** A configuration, or undefined for one that cannot be read or has been removed meanwhile. */
function readConfig(store: Store, id: string, problems: string[]): ImageConfig | undefined {
  try {
    return readImageConfig(store, id);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    if (!(error instanceof CorruptStoreError || error instanceof SystemError)) throw error;
    problems.push(error.message);
  }
}

function namesById(store: Store): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const { name, imageId } of Repositories.read(store).all()) {
    const names = table.get(imageId);
    if (names === undefined) table.set(imageId, [name]);
    else names.push(name);
  }
  return table;
}

/** An image's names that a `reference` filter leaves over. */
function matchingNames(patterns: readonly RegExp[], names: readonly string[]) {
  const matching = patterns.length === 0
    ? names
    : names.filter((name) => patterns.some((pattern) => matches(pattern, name)));
  const sorted = matching.toSorted();
  return {
    tags: sorted.filter((name) => !name.includes("@")),
    digests: sorted.filter((name) => name.includes("@")),
  };
}

/** A pattern stands for a repository, or for a name with its tag or digest. */
function matches(pattern: RegExp, name: string): boolean {
  const repository = name.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return pattern.test(name) || pattern.test(repository);
}

/** Whether other images were made from an image here. Every image is asked, once and only if need be. */
function parentTest(store: Store, ids: readonly string[]): (id: string) => boolean {
  let parents: Set<string | undefined> | undefined;
  return (id) => {
    parents ??= new Set(ids.map((each) => parentOf(store, each)));
    return parents.has(id);
  };
}

function sizer(store: Store): (diffIds: readonly string[]) => number {
  let layers: LayerIndex | undefined;
  return (diffIds) => (layers ??= new LayerIndex(store)).sizeOf(diffIds);
}

/** The filters `before` and `since`: made before, or after, another image was. */
function creationWindow(store: Store, filters: Filters): (created: string) => boolean {
  const timesOf = (name: string) =>
    filters.get(name).map((words) => resolveImage(store, words).config.created ?? ZERO_TIME);
  const before = timesOf("before"), since = timesOf("since");
  return (created) =>
    before.every((time) => compareTimes(created, time) < 0) &&
    since.every((time) => compareTimes(created, time) > 0);
}
