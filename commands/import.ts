import { close } from "../ffi/file.ts";
import { isRegularFile, statAt } from "../ffi/stat.ts";
import { download } from "../runtime/image/download.ts";
import { isUrl } from "../runtime/image/url.ts";
import {
  DEFAULT_HOST_REFERENCE,
  type HostImageKind,
  importFromHost,
} from "../runtime/image/from_host.ts";
import { importImage, type ImportRequest } from "../runtime/image/import.ts";
import { InvalidError } from "../storage/errors.ts";
import { parseReference } from "../storage/image/reference.ts";
import { type ByteSource, fileSource } from "../storage/layer/source.ts";
import { Store } from "../storage/store.ts";
import { atLeast, atMost } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError, UsageError } from "./cli/errors.ts";
import { list, type Option, string } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { openInputFile } from "./input_file.ts";
import { normalizePlatform } from "./container_request/platform.ts";
import { TransferProgress } from "./transfer_progress.ts";

/** A switch that may also be given a value. */
const fromHost: Option<HostImageKind | undefined> = {
  type: "bool",
  short: null,
  description:
    "Make a small image of this host's own programs: its busybox, or else its shell and core " +
    `utilities (--from-host=busybox or =coreutils to choose), named ${DEFAULT_HOST_REFERENCE} ` +
    "unless told otherwise",
  initial: undefined,
  parse: parseHostImageKind,
};

export const command = defineCommand({
  usage: ["[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", "[OPTIONS] --from-host [REPOSITORY[:TAG]]"],
  summary: "Import the contents from a tarball to create a filesystem image",
  args: (count, options) => options?.["from-host"] ? atMost(1)(count) : atLeast(1)(count),
  options: {
    change: list("c", "Apply Dockerfile instruction to the created image"),
    "from-host": fromHost,
    message: string("m", "Set commit message for imported image"),
    platform: string(null, "Set platform if server is multi-platform capable"),
  },
  examples: [
    ["box import rootfs.tar.gz base:1", "Make an image of an archive, compressed or not"],
    [
      "tar -C rootfs -c . | box import -c 'CMD [\"sh\"]' - base:1",
      "Make an image of a directory, and say what it runs",
    ],
    ["box import --from-host && box run --rm host ls /", "Get an image without any download"],
  ],
  async run({ options, args, root }) {
    const store = new Store(root), { change: changes, message, "from-host": kind } = options;
    if (kind !== undefined) {
      const [reference] = args;
      if (options.platform) {
        throw new CliError("box: --platform cannot be combined with --from-host");
      }
      if (reference) checkReference(reference);
      const { id, notes } = await importFromHost(store, { kind, reference, message, changes });
      for (const note of notes) printError(`Note: ${note}`);
      return print(id);
    }
    const [origin, reference] = args;
    const request: ImportRequest = {
      origin: isUrl(origin) ? origin : "-",
      message,
      changes,
      platform: options.platform && platformOf(options.platform),
      reference,
    };
    using archive = openArchive(origin);
    if (reference) checkReference(reference);
    const { id } = await importImage(store, archive.source, request);
    print(id);
  },
});

/** What follows `--from-host=`; the bare name is read as "true". */
function parseHostImageKind(text: string): HostImageKind | undefined {
  switch (text) {
    case "false":
      return undefined;
    case "true":
      return "auto";
    case "auto":
    case "busybox":
    case "coreutils":
      return text;
    default:
      throw new Error("must be auto, busybox or coreutils");
  }
}

interface OpenArchive extends Disposable {
  readonly source: ByteSource;
}

function openArchive(origin: string): OpenArchive {
  if (isUrl(origin)) return { source: downloadSource(origin), [Symbol.dispose]() {} };
  if (origin === "-") return { source: watched(0), [Symbol.dispose]() {} };
  const fd = openInputFile(origin);
  return { source: watched(fd), [Symbol.dispose]: () => close(fd) };
}

function watched(fd: number): ByteSource {
  const stat = statAt(fd, "");
  const total = isRegularFile(stat) ? stat.size : undefined;
  return new TransferProgress("Importing", total).watch(fileSource(fd));
}

/** The download begins when the first byte is wanted: not before the rest of the request was found to be right. */
async function* downloadSource(url: string): ByteSource {
  const { size, source } = await download(url);
  print(`Downloading from ${url}`);
  yield* new TransferProgress("Importing", size).watch(source);
}

/** Of the commands, only those that make a container take a wrong platform for a wrong command line. */
function platformOf(text: string): string {
  try {
    return normalizePlatform(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new InvalidError(error.message.replace("error parsing specified platform: ", ""));
  }
}

/** docker's client looks at the name before it asks the daemon, so this error has no prefix. */
function checkReference(text: string): void {
  try {
    parseReference(text);
  } catch (error) {
    throw error instanceof InvalidError ? new CliError(error.message) : error;
  }
}
