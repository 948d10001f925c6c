import { readLogs } from "../runtime/container/log/read_logs.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool, string } from "./cli/options.ts";
import { findContainer } from "./find_container.ts";
import { LogPrinter } from "./log_printer.ts";
import { formatNineDigits, parseTimeArgument } from "./time_argument.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER",
  summary: "Fetch the logs of a container",
  args: exactly(1),
  options: {
    details: bool(null, "Show extra details provided to logs"),
    follow: bool("f", "Follow log output"),
    since: string(
      null,
      "Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)",
    ),
    tail: string("n", "Number of lines to show from the end of the logs", { default: "all" }),
    timestamps: bool("t", "Show timestamps"),
    until: string(
      null,
      "Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)",
    ),
  },
  examples: [
    ["box logs -f web", "Show what web prints, until it ends"],
    ["box logs --since 10m -t web", "What it printed in the last ten minutes, and when"],
  ],
  async run({ options, args: [words], root }) {
    const { details, follow, tail, timestamps } = options;
    const store = new Store(root);
    const id = findContainer(store, words);
    const since = timeOf("since", options.since), until = timeOf("until", options.until);
    const printer = new LogPrinter({ details, timestamps });
    await readLogs(store, id, {
      follow,
      tail: countOf(tail),
      since,
      until: options.until === "0" ? undefined : until, // docker's daemon takes it for none
    }, printer);
  },
});

function timeOf(option: string, text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return formatNineDigits(parseTimeArgument(text));
  } catch (error) {
    throw new CliError(`invalid value for "${option}": ${(error as Error).message}`);
  }
}

/** Docker takes what is no number for all, and so a negative one. */
function countOf(tail: string): number | undefined {
  const count = /^[+-]?\d+$/.test(tail) ? Number(tail) : -1;
  return count < 0 ? undefined : count;
}
