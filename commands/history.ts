import { resolveImageId } from "../storage/image/image_store.ts";
import { type HistoryStep, imageHistory } from "../storage/image/history.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";
import { creationTimeOf, currentTime, elapsed } from "./elapsed_time.ts";
import { ellipsis, truncateId } from "./format/ellipsis.ts";
import { formatLocalRfc3339 } from "./format/timestamp.ts";
import { humanSize } from "./format/units.ts";
import { printRows } from "./list_format.ts";

const headers = {
  ID: "IMAGE",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  CreatedBy: "CREATED BY",
  Size: "SIZE",
  Comment: "COMMENT",
};

export const command = defineCommand({
  usage: "[OPTIONS] IMAGE",
  summary: "Show the history of an image",
  needsNamespaces: false,
  args: exactly(1),
  options: {
    format: string(null, "Pretty-print images using a Go template"),
    human: bool("H", "Print sizes and dates in human readable format", true),
    "no-trunc": bool(null, "Don't truncate output"),
    quiet: bool("q", "Only show image IDs"),
  },
  async run({ options, args: [words], root }) {
    const { format, quiet, human } = options;
    const store = new Store(root);
    const steps = await imageHistory(store, resolveImageId(store, words));
    const rowOptions = { now: currentTime(), truncate: !options["no-trunc"], human };
    const created = human ? "{{.CreatedSince}}" : "{{.CreatedAt}}";
    printRows({
      format,
      quiet,
      rows: steps.map((step) => new HistoryRow(step, rowOptions)),
      headers,
      defaultTable: `table {{.ID}}\t${created}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`,
      typeName: "image.historyContext",
    });
  },
});

interface HistoryRowOptions {
  /** Nanoseconds since the epoch. */
  readonly now: bigint;
  readonly truncate: boolean;
  readonly human: boolean;
}

const CREATED_BY_WIDTH = 45;

/** Its properties are what a format can name: those of Docker's historyContext. */
class HistoryRow {
  readonly #step: HistoryStep;
  readonly #options: HistoryRowOptions;

  constructor(step: HistoryStep, options: HistoryRowOptions) {
    this.#step = step;
    this.#options = options;
  }

  get ID(): string {
    const id = this.#step.id ?? "<missing>";
    return this.#options.truncate ? truncateId(id) : id;
  }

  get CreatedAt(): string {
    return formatLocalRfc3339(creationTimeOf(this.#step.created));
  }

  get CreatedSince(): string {
    if (!this.#options.human) return this.CreatedAt;
    return `${elapsed(creationTimeOf(this.#step.created), this.#options.now)} ago`;
  }

  get CreatedBy(): string {
    const createdBy = this.#step.createdBy.replaceAll("\t", " ");
    return this.#options.truncate ? ellipsis(createdBy, CREATED_BY_WIDTH) : createdBy;
  }

  get Size(): string {
    return this.#options.human ? humanSize(this.#step.size, 3) : String(this.#step.size);
  }

  get Comment(): string {
    return this.#step.comment;
  }
}
