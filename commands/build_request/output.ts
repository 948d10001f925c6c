/** --output: an image in the store, or the files of what was built. */
import type { BuildOutput } from "../../runtime/build/solver/request.ts";
import { CliError, UsageError } from "../cli/errors.ts";
import { writeOut } from "../cli/output.ts";
import { parseCsvRecord } from "../container_request/csv.ts";
import { writeOutputFile } from "../output_file.ts";

export type Destination =
  | { readonly kind: "image" }
  | { readonly kind: "directory" | "tar"; readonly path: string };

/** `type=TYPE[,dest=PATH]`, or a path alone: a directory, or for - an archive on standard output. */
export function parseOutput(text: string | undefined): Destination {
  if (text === undefined) return { kind: "image" };
  if (text === "-") return { kind: "tar", path: "-" };
  if (!text.includes("=")) return { kind: "directory", path: text };
  const fields = new Map(
    parseCsvRecord(text).map((field): [string, string] => {
      const equals = field.indexOf("=");
      if (equals < 0) throw new CliError(`invalid value ${field}`);
      return [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim()];
    }),
  );
  const type = fields.get("type"), path = fields.get("dest");
  const other = [...fields.keys()].find((name) => name !== "type" && name !== "dest");
  if (other !== undefined) throw new UsageError(`--output ${other}=... is not supported yet`);
  if (type === undefined) throw new CliError(`type is required for output ${JSON.stringify(text)}`);
  if ((type === "docker" || type === "image") && path === undefined) return { kind: "image" };
  if (type === "local") {
    if (path === undefined) throw new CliError("dest is required for local output");
    return { kind: "directory", path };
  }
  if (type === "tar") return { kind: "tar", path: path ?? "-" };
  throw new UsageError(`--output ${text} is not supported yet`);
}

/** Calls a function with where the files go; a file appears when it is complete. */
export async function withOutput<Result>(
  destination: Destination,
  use: (output: BuildOutput | undefined) => Promise<Result>,
): Promise<Result> {
  if (destination.kind === "image") return await use(undefined);
  const { kind, path } = destination;
  if (kind === "directory") return await use({ kind, path });
  if (path === "-") return await use({ kind, write: writeOut });
  let result!: Result;
  await writeOutputFile(path, "write the output", async (write) => {
    result = await use({ kind, write });
  });
  return result;
}
