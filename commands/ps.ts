import { SystemError } from "../ffi/errno.ts";
import { sizesOf } from "../runtime/container/inspect.ts";
import { listContainers } from "../runtime/container/list.ts";
import { watchAgain } from "../runtime/container/monitor/watch.ts";
import { EngineError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter, int, string } from "./cli/options.ts";
import { containerHeaders, ContainerRow } from "./container_row.ts";
import { currentTime } from "./elapsed_time.ts";
import { printList } from "./print_list.ts";
import { warnOf } from "./warnings.ts";

const typeName = "formatter.ContainerContext";

const defaultColumns =
  "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";

const rawFields = `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
`;

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "List containers",
  args: noArgs,
  options: {
    all: bool("a", "Show all containers (default shows just running)"),
    filter: filter("f", "Filter output based on conditions provided"),
    format: string(null, "Pretty-print containers using a Go template"),
    last: int("n", "Show n last created containers (includes all states)", { default: -1 }),
    latest: bool("l", "Show the latest created container (includes all states)"),
    "no-trunc": bool(null, "Don't truncate output"),
    quiet: bool("q", "Only display container IDs"),
    size: bool("s", "Display total file sizes"),
  },
  examples: [
    ["box ps -a", "List all containers, those that have ended, too"],
    ["box ps -aq -f status=exited", "Only the ids of those that have ended"],
    ["box ps --format '{{.Names}}: {{.Status}}'", "Choose what is shown"],
  ],
  async run({ options, root }) {
    const { format, quiet } = options;
    const withSize = options.size || await wantsSize(format);
    const store = new Store(root);
    const { containers, problems } = listContainers(store, {
      all: options.all,
      limit: options.latest && options.last === -1 ? 1 : options.last,
      filters: options.filter,
    });
    const sizeProblems: string[] = [];
    const rowOptions = {
      now: currentTime(),
      truncate: !options["no-trunc"],
      ...(withSize && { sizesOf: (id: string) => sizesIfReadable(store, id, sizeProblems) }),
    };
    await printList({
      format,
      quiet,
      rows: containers.map((container) => new ContainerRow(container, rowOptions)),
      headers: containerHeaders,
      defaultTable: defaultColumns + (withSize ? "\t{{.Size}}" : ""),
      rawFormat: rawFields + (withSize ? "size: {{.Size}}\n" : ""),
      rawQuietFormat: "container_id: {{.ID}}",
      typeName,
    });
    warnOf([...problems, ...sizeProblems]);
    await watchAgain(store, containers.map(({ container }) => container));
  },
});

/** Finding out sizes takes a look at all files of all containers, so only what will show them asks for them. */
async function wantsSize(format: string | undefined): Promise<boolean> {
  if (!format) return false;
  const { probeFormat } = await import("./format/table.ts");
  const { withFormatErrors } = await import("./list_format.ts");
  return withFormatErrors(() => probeFormat(format, emptyRow, typeName)).has("Size");
}

const emptyRow = {
  ...Object.fromEntries(Object.keys(containerHeaders).map((name) => [name, ""])),
  Label: (_name: string) => "",
};

function sizesIfReadable(store: Store, id: string, problems: string[]) {
  try {
    return sizesOf(store, id);
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
    problems.push(`the size of container ${id} is not known: ${error.message}`);
    return { SizeRw: 0, SizeRootFs: 0 };
  }
}
