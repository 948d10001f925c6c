/** The lists of `docker ps`, `docker images` and their like, with --format and --quiet. */
import { contextType, type MapType, stringMapType } from "./go/types.ts";
import { alignTabs, tableColumns } from "./tabwriter.ts";
import { headerFunctions } from "./template/functions.ts";
import {
  parseTemplate,
  type Template,
  TemplateExecutionError,
  TemplateParseError,
} from "./template/mod.ts";

/**
 * A line of a list: its properties are what templates can name. Properties may be getters, which
 * run only where the format needs them, and functions of strings, such as `Label`.
 */
export type Row = object;

export interface RowsFormat {
  /** The --format argument; none means a table. */
  format?: string;
  /** Print only what `quietFormat` names; a format of the user's own goes before it. */
  quiet?: boolean;
  rows: Iterable<Row>;
  /** The title of each column that has one, by the name of its property. */
  headers: Readonly<Record<string, string>>;
  /** The table that is printed without a format: `table {{.ID}}\t{{.Names}}`. */
  defaultTable: string;
  /** What quiet prints. By default `{{.ID}}`. */
  quietFormat?: string;
  /** What the format `raw` prints, if there is one, and what it prints together with quiet. */
  rawFormat?: string;
  rawQuietFormat?: string;
  /** The rows' Go type for error messages, such as `formatter.imageContext`. */
  typeName: string;
}

const tablePrefix = "table";

/**
 * Returns the whole list, or nothing for a list without rows and titles. Throws an Error with
 * docker's message where the format is malformed or names what the rows do not have.
 */
export function formatRows(options: RowsFormat): string {
  const chosen = chooseFormat(options);
  const isTable = chosen.startsWith(tablePrefix);
  const text = unescape(isTable ? chosen.slice(tablePrefix.length) : chosen);
  const type = contextType(options.typeName);
  const { template, lines } = reportErrors(() => {
    const template = parseTemplate(text);
    const lines = Array.from(options.rows, (row) => template.execute(row, { type }) + "\n");
    return { template, lines };
  });
  if (!isTable) return lines.join("");
  const header = tableHeader(template, options.headers) + "\n";
  return alignTabs(header + lines.join(""), tableColumns);
}

function chooseFormat(options: RowsFormat): string {
  const { format = "", quiet = false, rawFormat, rawQuietFormat } = options;
  if (format === "" || format === tablePrefix) {
    return quiet ? options.quietFormat ?? "{{.ID}}" : options.defaultTable;
  }
  if (format === "raw" && rawFormat !== undefined) {
    return quiet ? rawQuietFormat ?? rawFormat : rawFormat;
  }
  return format;
}

/** Shells make it hard to pass a tab or a line break, so docker takes `\t` and `\n` for them. */
function unescape(format: string): string {
  return format.replace(/^ +| +$/g, "").replaceAll("\\t", "\t").replaceAll("\\n", "\n");
}

const headerType: MapType = {
  ...stringMapType,
  name: "formatter.SubHeaderContext",
  methods: { Label: labelTitle },
};

/** The titles come out of the same template. Where it fails on them, the rest is left out. */
function tableHeader(template: Template, headers: Readonly<Record<string, string>>): string {
  try {
    return template.execute(headers, { type: headerType, functions: headerFunctions });
  } catch (error) {
    if (!(error instanceof TemplateExecutionError)) throw error;
    return error.output;
  }
}

/** The title of `{{.Label "com.example.build-date"}}` is `build date`. */
function labelTitle(label: string): string {
  return label.slice(label.lastIndexOf(".") + 1).replace(/[-_]/g, " ");
}

function reportErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TemplateParseError || error instanceof TemplateExecutionError) {
      throw new Error(`template parsing error: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Runs a format on a row that stands for all rows and returns which properties it used, so that a
 * command knows what to find out before it lists anything. `docker ps` does so to see whether the
 * sizes are wanted, and reports the format's errors in words of its own, which the Error has.
 */
export function probeFormat(format: string, row: Row, typeName: string): Set<string> {
  const used = new Set<string>();
  const probe = new Proxy(row, {
    get(target, property) {
      if (typeof property === "string") used.add(property);
      return Reflect.get(target, property, target);
    },
  });
  try {
    parseTemplate(format).execute(probe, { type: contextType(typeName) });
  } catch (error) {
    if (error instanceof TemplateParseError) {
      throw new Error(`failed to parse template: ${error.message}`, { cause: error });
    }
    if (error instanceof TemplateExecutionError) {
      throw new Error(`failed to execute template: ${error.message}`, { cause: error });
    }
    throw error;
  }
  return used;
}
