import { InvalidError } from "../storage/errors.ts";
import { eventTest } from "../storage/events/event_filter.ts";
import { followEvents } from "../storage/events/follow.ts";
import type { EventMessage } from "../storage/events/message.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { filter, string } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { eventFormatter, eventLine } from "./event_format.ts";
import { TemplateExecutionError } from "./format/template/mod.ts";
import { parseTimeArgument } from "./time_argument.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Get real time events from the store",
  description:
    "Whatever box does with containers and images is noted in the store. Without --since and --until,\n" +
    "events are shown as they happen; with one of them those that have happened, too. An --until that\n" +
    "has passed ends the command.",
  args: noArgs,
  options: {
    filter: filter("f", "Filter output based on conditions provided"),
    format: string(null, "Format the output using the given Go template"),
    since: string(null, "Show all events created since timestamp"),
    until: string(null, "Stream events until this timestamp"),
  },
  examples: [
    ["box events -f type=container -f event=die", "See containers end"],
    ["box events --since 1h --until 0s", "What has happened during the last hour"],
    ["box events --format '{{json .}}'", "One JSON object a line"],
  ],
  async run({ options, root }) {
    const { format } = options;
    const since = timeOf(options.since), until = timeOf(options.until);
    if (since && until && until.nanoseconds < since.nanoseconds) {
      throw new InvalidError(
        `\`since\` time (${since.text}) cannot be after \`until\` time (${until.text})`,
      );
    }
    const show = format ? eventFormatter(format) : eventLine;
    const isWanted = eventTest(options.filter);
    const range = { since: since?.nanoseconds, until: until?.nanoseconds };
    for await (const event of followEvents(new Store(root), range)) {
      if (isWanted(event)) printEvent(event, show);
    }
  },
});

interface TimeArgument {
  readonly nanoseconds: bigint;
  /** As docker's client hands it on. */
  readonly text: string;
}

const SECOND = 1_000_000_000n;

function timeOf(argument: string | undefined): TimeArgument | undefined {
  if (!argument) return undefined;
  try {
    const nanoseconds = parseTimeArgument(argument);
    if (/^[+-]?[\d.]+$/.test(argument)) return { nanoseconds, text: argument };
    const isDate = argument.includes("-", 1);
    const fraction = isDate ? `.${String(nanoseconds % SECOND).padStart(9, "0")}` : "";
    return { nanoseconds, text: `${nanoseconds / SECOND}${fraction}` };
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

function printEvent(event: EventMessage, show: (event: EventMessage) => string): void {
  try {
    print(show(event));
  } catch (error) {
    if (!(error instanceof TemplateExecutionError)) throw error;
    print(error.output);
    throw new CliError(error.message);
  }
}
