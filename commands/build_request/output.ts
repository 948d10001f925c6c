/** --output: an image in the store, an archive of one, or the files of what was built. */
import type { BuildOutput } from "../../runtime/build/solver/request.ts";
import type { ArchiveFormat } from "../../storage/archive/save.ts";
import { InvalidError } from "../../storage/errors.ts";
import { parseNewReference } from "../../storage/image/reference.ts";
import { CliError, UsageError } from "../cli/errors.ts";
import { writeOut } from "../cli/output.ts";
import { writeOutputFile } from "../output_file.ts";
import { parseFields } from "./fields.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export type Destination =
  | { readonly kind: "image" }
  | { readonly kind: "directory" | "tar"; readonly path: string }
  | ArchiveDestination;

interface ArchiveDestination {
  readonly kind: "archive";
  readonly format: ArchiveFormat;
  readonly isDirectory: boolean;
  readonly path: string;
  readonly names: readonly string[];
}

/** Transports of podman and skopeo, as box save has them: what they are called as fields. */
const transports: Readonly<Record<string, Record<string, string>>> = {
  oci: { type: "oci", tar: "false" },
  "oci-archive": { type: "oci" },
  "docker-archive": { type: "docker" },
};

/**
 * `type=TYPE[,dest=PATH]...`, `oci:DIR`, `oci-archive:FILE`, `docker-archive:FILE`, or a path alone: a directory, or for - an archive
 * on standard output.
 */
export function parseOutput(text: string | undefined): Destination {
  if (text === undefined) return { kind: "image" };
  if (text === "-") return { kind: "tar", path: "-" };
  const [, transport, rest] = /^([a-z-]+):(.+)$/s.exec(text) ?? [];
  if (transport !== undefined && Object.hasOwn(transports, transport)) {
    const { type, ...others } = transports[transport];
    return archive(type as ArchiveFormat, rest, others);
  }
  if (!text.includes("=")) return { kind: "directory", path: text };
  const { type, dest: path, ...others } = Object.fromEntries(parseFields(text));
  if (type === undefined) throw new CliError(`type is required for output ${JSON.stringify(text)}`);
  if (type === "oci" || (type === "docker" && (path !== undefined || "tar" in others))) {
    return archive(type, path, others);
  }
  const other = Object.keys(others)[0];
  if (other !== undefined) throw new UsageError(`--output ${other}=... is not supported yet`);
  if ((type === "docker" || type === "image") && path === undefined) return { kind: "image" };
  if (type === "local") {
    if (path === undefined) throw new CliError("dest is required for local output");
    return { kind: "directory", path };
  }
  if (type === "tar") return { kind: "tar", path: path ?? "-" };
  throw new UsageError(`--output ${text} is not supported yet`);
}

function archive(
  format: ArchiveFormat,
  path = "-",
  { tar = "true", name, ...others }: Record<string, string>,
): ArchiveDestination {
  const [other] =
    Object.entries(others).find(([key, value]) =>
      key !== "compression" || value !== "uncompressed"
    ) ?? [];
  if (other !== undefined) throw new UsageError(`--output ${other}=... is not supported yet`);
  const isTar = /^(true|1|t)$/i.test(tar);
  if (!isTar && !/^(false|0|f)$/i.test(tar)) {
    throw new CliError(`invalid value ${JSON.stringify(tar)} for tar, expected a boolean`);
  }
  if (!isTar && path === "-") throw new CliError(`dest is required for ${format} exporter`);
  const names = name === undefined ? [] : name.split(",");
  names.forEach(checkName);
  return { kind: "archive", format, isDirectory: !isTar, path, names };
}

function checkName(name: string): void {
  try {
    parseNewReference(name);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new CliError(`invalid name ${JSON.stringify(name)} for output: ${error.message}`);
  }
}

/** Whether the result goes to standard output, where nothing else is to be. */
export function usesStandardOutput(destination: Destination): boolean {
  return destination.kind !== "image" && destination.kind !== "directory" &&
    destination.path === "-";
}

/** Calls a function with where the result goes; a file appears when it is complete. */
export async function withOutput<Result>(
  destination: Destination,
  use: (output: BuildOutput | undefined) => Promise<Result>,
): Promise<Result> {
  if (destination.kind === "image") return await use(undefined);
  const { path } = destination;
  if (destination.kind === "directory") return await use({ kind: "directory", path });
  if (destination.kind === "archive" && destination.isDirectory) {
    return await use({ ...destination, target: { directory: path } });
  }
  const output = (write: (bytes: Bytes) => void): BuildOutput =>
    destination.kind === "archive" ? { ...destination, target: write } : { kind: "tar", write };
  if (path === "-") {
    if (Deno.stdout.isTerminal()) {
      throw new CliError(
        "dest file is required for this output: refusing to write to the terminal",
      );
    }
    return await use(output(writeOut));
  }
  let result!: Result;
  await writeOutputFile(path, "write the output", async (write) => {
    result = await use(output(write));
  });
  return result;
}
