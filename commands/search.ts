import { searchRegistry, type SearchResult } from "../runtime/image/search.ts";
import { printable } from "../storage/registry/error.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter, int, string } from "./cli/options.ts";
import { ellipsis } from "./format/ellipsis.ts";
import { printRows } from "./list_format.ts";
import { registryAccess } from "./registry_access.ts";

const DESCRIPTION_WIDTH = 45;

export const command = defineCommand({
  usage: "[OPTIONS] TERM",
  summary: "Search docker.io, or another registry, for images",
  needsNamespaces: false,
  args: exactly(1),
  options: {
    filter: filter("f", "Filter output based on conditions provided"),
    format: string(null, "Pretty-print search using a Go template"),
    limit: int(null, "Max number of search results", { default: 25 }),
    "no-trunc": bool(null, "Don't truncate output"),
  },
  examples: [["box search --filter is-official=true debian", "Only official images"]],
  async run({ options, args: [term] }) {
    const { limit, filter: filters, format } = options;
    const results = await searchRegistry({ ...registryAccess({}), term, limit, filters });
    const columns = ["Name", "Description", "StarCount", "IsOfficial", "IsAutomated"];
    printRows({
      format,
      quiet: false,
      rows: results.map((result) => new SearchRow(result, !options["no-trunc"])),
      headers: {
        Name: "NAME",
        Description: "DESCRIPTION",
        StarCount: "STARS",
        IsOfficial: "OFFICIAL",
        IsAutomated: "AUTOMATED",
      },
      defaultTable: `table ${columns.map((name) => `{{.${name}}}`).join("\t")}`,
      rawFormat: "",
      rawQuietFormat: "",
      typeName: "formatter.searchContext",
    });
  },
});

/** Its properties are what a format can name: those of Docker's searchContext. */
class SearchRow {
  readonly #result: SearchResult;
  readonly #truncate: boolean;

  constructor(result: SearchResult, truncate: boolean) {
    this.#result = result;
    this.#truncate = truncate;
  }

  get Name(): string {
    return printable(this.#result.name);
  }

  get Description(): string {
    const text = printable(this.#result.description);
    return this.#truncate ? ellipsis(text, DESCRIPTION_WIDTH) : text;
  }

  get StarCount(): string {
    return String(this.#result.star_count);
  }

  get IsOfficial(): string {
    return this.#result.is_official ? "[OK]" : "";
  }

  get IsAutomated(): string {
    return this.#result.is_automated ? "[OK]" : "";
  }
}
