/** All containers, as `box ps` shows them. */

import type { ContainerFile } from "../../storage/container/config.ts";
import { readContainers } from "../../storage/container/container_store.ts";
import { hexOf } from "../../storage/digest.ts";
import { CorruptStoreError, InvalidError } from "../../storage/errors.ts";
import type { Filter } from "../../storage/filter.ts";
import { parseReference } from "../../storage/image/reference.ts";
import { Repositories } from "../../storage/image/repositories.ts";
import type { Store } from "../../storage/store.ts";
import { youngestFirst } from "../../storage/youngest_first.ts";
import { ContainerFilters } from "./list_filter.ts";
import { withTrueState } from "./state.ts";

export interface ListContainersRequest {
  /** Also those that do not run. */
  readonly all: boolean;
  /** The youngest so many, running or not; 0 or less: no limit. */
  readonly limit: number;
  readonly filters: readonly Filter[];
}

export interface ListedContainer {
  readonly container: ContainerFile;
  /** What the user called the image, or its id if that name means another image by now. */
  readonly image: string;
}

export interface ContainerList {
  /** The youngest first. */
  readonly containers: readonly ListedContainer[];
  /** Files that cannot be read, and why: they must not hide the rest. */
  readonly problems: readonly string[];
}

export function listContainers(store: Store, request: ListContainersRequest): ContainerList {
  const filters = new ContainerFilters(request.filters);
  const all = request.all || request.limit > 0 || filters.wantStopped;
  const { containers, problems } = readTrueContainers(store);
  const isWanted = filters.test(store, containers);
  const imageName = imageNamer(store, problems);
  const listed: ListedContainer[] = [];
  for (const container of youngestFirst(containers, ({ Created }) => Created)) {
    if (!all && !container.State.Running) continue;
    if (!isWanted(container)) continue;
    listed.push({ container, image: imageName(container) });
    if (listed.length === request.limit) break;
  }
  return { containers: listed, problems };
}

/** Every container that can be read, as it really is, and why the others cannot. */
export function readTrueContainers(
  store: Store,
): { containers: readonly ContainerFile[]; problems: string[] } {
  const { containers, problems } = readContainers(store);
  return { containers: containers.map((container) => withTrueState(store, container)), problems };
}

/** How to call a container's image. Many containers share one, so that each name is looked up once. */
function imageNamer(store: Store, problems: string[]): (container: ContainerFile) => string {
  const repositories = readRepositories(store, problems);
  const known = new Map<string, string | undefined>();
  const idOf = (words: string) => {
    if (!known.has(words)) known.set(words, lookUp(repositories, words));
    return known.get(words);
  };
  return ({ Config: { Image: words }, Image: id }) =>
    hexOf(id).startsWith(words.replace(/^sha256:/, "")) || idOf(words) === id ? words : id;
}

/** Without the names of images, containers can be listed all the same. */
function readRepositories(store: Store, problems: string[]): Repositories {
  try {
    return Repositories.read(store);
  } catch (error) {
    if (!(error instanceof CorruptStoreError)) throw error;
    problems.push(error.message);
    return Repositories.empty();
  }
}

function lookUp(repositories: Repositories, words: string): string | undefined {
  try {
    return repositories.get(parseReference(words));
  } catch (error) {
    if (error instanceof InvalidError) return undefined; // not even a reference
    throw error;
  }
}
