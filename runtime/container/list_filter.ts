/** Which containers the conditions of `box ps --filter` leave over. */

import type { ContainerFile } from "../../storage/container/config.ts";
import {
  readContainerIfExists,
  resolveContainerId,
} from "../../storage/container/container_store.ts";
import { EngineError, InvalidError, NotFoundError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import { parentOf, resolveImageId } from "../../storage/image/image_store.ts";
import type { Store } from "../../storage/store.ts";
import { compareTimes, ZERO_TIME } from "../../storage/time.ts";
import { portsOfFilter } from "./port_filter.ts";
import { portsOf } from "./ports.ts";
import { statusOf } from "./state.ts";

const knownFilters = [
  "ancestor",
  "before",
  "exited",
  "expose",
  "health",
  "id",
  "isolation",
  "is-task",
  "label",
  "name",
  "network",
  "publish",
  "since",
  "status",
  "volume",
];

const statuses = ["created", "dead", "exited", "paused", "restarting", "removing", "running"];
const healthStatuses = ["healthy", "none", "starting", "unhealthy"];

type ContainerTest = (container: ContainerFile) => boolean;

/** The filters of a list of containers. Throws InvalidError for what makes no sense. */
export class ContainerFilters {
  readonly #filters: Filters;

  constructor(filters: readonly Filter[]) {
    this.#filters = new Filters(filters, knownFilters);
    for (const status of this.#filters.get("status")) {
      if (!statuses.includes(status)) throw new InvalidError(`Invalid filter 'status=${status}'`);
    }
    for (const health of this.#filters.get("health")) {
      if (healthStatuses.includes(health)) continue;
      throw new InvalidError(`Unrecognised filter value for health: ${health}`);
    }
  }

  /** To ask for a state is to ask for containers that do not run, too. */
  get wantStopped(): boolean {
    return this.#filters.get("status").length > 0;
  }

  /** The conditions as one test for the containers of a store, all of which it must know. */
  test(store: Store, containers: readonly ContainerFile[]): ContainerTest {
    const filters = this.#filters;
    const matches = (name: string, test: (container: ContainerFile, value: string) => boolean) =>
      filters.get(name).length === 0
        ? []
        : [(container: ContainerFile) => filters.matches(name, (value) => test(container, value))];
    // `isolation` is known for Windows only: on Linux docker accepts it, and any value matches.
    const tests: ContainerTest[] = [
      ...matches("status", ({ State }, wanted) => statusOf(State) === wanted),
      ...matches("health", ({ State }, wanted) => (State.Health?.Status ?? "none") === wanted),
      ...matches("network", isInNetwork),
      ...matches("volume", hasMount),
      ...this.#exitCodeTest(),
      ...this.#portTest(),
      ...this.#taskTest(),
      ...this.#idTest(containers),
      ...this.#nameTest(),
      ...this.#ancestorTest(store),
      ...this.#createdTest(store, "before", (time, limit) => compareTimes(time, limit) < 0),
      ...this.#createdTest(store, "since", (time, limit) => compareTimes(time, limit) > 0),
      ({ Config }) => filters.matchesLabels(Config.Labels),
    ];
    return (container) => tests.every((test) => test(container));
  }

  #exitCodeTest(): ContainerTest[] {
    const codes = this.#filters.get("exited").map((value) => {
      if (/^[+-]?[0-9]+$/.test(value)) return Number(value);
      throw new InvalidError(`strconv.Atoi: parsing "${value}": invalid syntax`);
    });
    if (codes.length === 0) return [];
    return [
      ({ State }) =>
        !State.Running && State.StartedAt !== ZERO_TIME && codes.includes(State.ExitCode),
    ];
  }

  /** `publish` and `expose` are alternatives. */
  #portTest(): ContainerTest[] {
    const published = this.#ports("publish"), exposed = this.#ports("expose");
    if (published.length + exposed.length === 0) return [];
    return [
      (container) =>
        portsOf(container).some(({ PrivatePort, PublicPort, Type }) =>
          published.includes(`${PublicPort}/${Type}`) || exposed.includes(`${PrivatePort}/${Type}`)
        ),
    ];
  }

  #ports(name: string): string[] {
    return this.#filters.get(name).flatMap((value) => portsOfFilter(name, value));
  }

  /** Tasks are Docker's swarm's: no container of box is one. */
  #taskTest(): ContainerTest[] {
    const values = this.#filters.get("is-task");
    if (values.length === 0) return [];
    if (values.includes("true")) return [({ Managed }) => Managed];
    if (values.includes("false")) return [({ Managed }) => !Managed];
    throw new InvalidError(`Invalid filter 'is-task=[${values.join(" ")}]'`);
  }

  /** The beginning of an id means a container if it means only one. */
  #idTest(containers: readonly ContainerFile[]): ContainerTest[] {
    const prefixes = this.#filters.get("id");
    if (prefixes.length === 0) return [];
    const ids = prefixes.flatMap((prefix) => {
      const found = containers.filter(({ ID }) => ID.startsWith(prefix));
      return found.length === 1 ? [found[0].ID] : [];
    });
    return [({ ID }) => ids.includes(ID)];
  }

  /** A name is a regular expression that may match anywhere, with or without the slash. */
  #nameTest(): ContainerTest[] {
    const names = this.#filters.get("name");
    if (names.length === 0) return [];
    const expressions = names.flatMap(compile);
    return [({ Name }) => {
      const forms = [Name, Name.slice(1)];
      return forms.some((form) =>
        names.includes(form) || expressions.some((expression) => expression.test(form))
      );
    }];
  }

  /** What an `ancestor` names: images and those made from them here. */
  #ancestorTest(store: Store): ContainerTest[] {
    const names = this.#filters.get("ancestor");
    if (names.length === 0) return [];
    const ids = names.flatMap((words) => resolveIfPossible(store, words));
    return [({ Image }) => withParents(store, Image).some((id) => ids.includes(id))];
  }

  #createdTest(
    store: Store,
    name: "before" | "since",
    isWanted: (created: string, limit: string) => boolean,
  ): ContainerTest[] {
    return this.#filters.get(name).map((words) => {
      const limit = creationTime(store, words);
      return ({ Created }) => isWanted(Created, limit);
    });
  }
}

function isInNetwork({ NetworkSettings }: ContainerFile, wanted: string): boolean {
  const networks = Object.entries(NetworkSettings.Networks ?? {});
  return networks.some(([name, { NetworkID }]) => name === wanted || NetworkID.startsWith(wanted));
}

function hasMount({ MountPoints }: ContainerFile, wanted: string): boolean {
  return Object.values(MountPoints ?? {}).some(({ Name, Source, Destination }) =>
    Destination === wanted || (Name || Source) === wanted
  );
}

/** What is no regular expression matches nothing but itself. */
function compile(pattern: string): RegExp[] {
  try {
    return [new RegExp(pattern)];
  } catch {
    return [];
  }
}

/** What names no image matches nothing. */
function resolveIfPossible(store: Store, words: string): string[] {
  try {
    return [resolveImageId(store, words)];
  } catch (error) {
    if (error instanceof EngineError) return [];
    throw error;
  }
}

/** An image and those that it was made from here. */
function withParents(store: Store, id: string): string[] {
  const chain: string[] = [];
  for (let next: string | undefined = id; next !== undefined; next = parentOf(store, next)) {
    chain.push(next);
  }
  return chain;
}

function creationTime(store: Store, words: string): string {
  try {
    const container = readContainerIfExists(store, resolveContainerId(store, words));
    if (container !== undefined) return container.Created;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  throw new NotFoundError(`no such container ${words}`);
}
