import { listContainers } from "../runtime/container/list.ts";
import { watchAgain } from "../runtime/container/monitor/watch.ts";
import { type ContainerStats, StatsSampler } from "../runtime/container/stats.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import type { ArgumentCount } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";
import { writeOut } from "./cli/output.ts";
import { forEachName } from "./for_each.ts";
import { printRows } from "./list_format.ts";
import { statsHeaders, StatsRow } from "./stats_row.ts";

const defaultColumns =
  "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

/** Milliseconds between two samples. */
const INTERVAL = 1000;

/** Clears the screen and goes to its upper left corner: console_codes(4). */
const CLEAR = "\x1b[2J\x1b[H";

const anyNumber: ArgumentCount = () => null;

export const command = defineCommand({
  usage: "[OPTIONS] [CONTAINER...]",
  summary: "Display a live stream of container(s) resource usage statistics",
  args: anyNumber,
  options: {
    all: bool("a", "Show all containers (default shows just running)"),
    format: string(null, "Pretty-print images using a Go template"),
    "no-stream": bool(null, "Disable streaming stats and only pull the first result"),
    "no-trunc": bool(null, "Do not truncate output"),
  },
  examples: [
    ["box stats --no-stream", "Show once what all containers that run use"],
    ["box stats --format '{{.Name}}: {{.CPUPerc}}'", "Choose what is shown"],
  ],
  async run({ options, args, root }) {
    const store = new Store(root), sampler = new StatsSampler(store);
    const named = new Map<string, string>();
    const problem = await forEachName(args, (words) => {
      named.set(resolveContainerId(store, words), words);
    });
    if (problem !== 0) return problem;
    await watchAgain(store, containersOf(store, false));
    const sample = () =>
      args.length > 0 ? sampleNamed(sampler, named) : sampleAll(store, sampler, options.all);

    const first = sample();
    // How busy a processor is shows in the difference of two samples.
    const isBusy = first.some(({ stats }) => stats.usage !== undefined);
    for (let samples = first, isFirst = true;; isFirst = false) {
      if (!isFirst || isBusy) {
        await new Promise((resolve) => setTimeout(resolve, INTERVAL));
        samples = sample();
      }
      if (!options["no-stream"]) writeOut(CLEAR);
      printRows({
        format: options.format,
        rows: samples.map(({ stats, words }) => new StatsRow(stats, words, !options["no-trunc"])),
        headers: statsHeaders,
        defaultTable: defaultColumns,
        typeName: "container.statsContext",
      });
      if (options["no-stream"] || (args.length > 0 && samples.length === 0)) return 0;
    }
  },
});

interface NamedStats {
  readonly stats: ContainerStats;
  /** What the container is called in the column CONTAINER. */
  readonly words: string;
}

/** Those that are still there. */
function sampleNamed(
  sampler: StatsSampler,
  named: ReadonlyMap<string, string>,
): NamedStats[] {
  return [...named].flatMap(([id, words]) => {
    const stats = sampler.sample(id);
    return stats === undefined ? [] : [{ stats, words }];
  });
}

function containersOf(store: Store, all: boolean) {
  const { containers } = listContainers(store, { all, limit: 0, filters: [] });
  return containers.map(({ container }) => container);
}

function sampleAll(store: Store, sampler: StatsSampler, all: boolean): NamedStats[] {
  return containersOf(store, all).flatMap(({ ID }) => {
    const stats = sampler.sample(ID);
    return stats === undefined ? [] : [{ stats, words: ID.slice(0, 12) }];
  });
}
