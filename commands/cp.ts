import { SystemError } from "../ffi/errno.ts";
import { CopyError, DestinationError, PathNotFoundError } from "../runtime/container/copy_error.ts";
import { archiveFromContainer, copyFromContainer } from "../runtime/container/copy_from.ts";
import { copyIntoContainer, unpackIntoContainer } from "../runtime/container/copy_into.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { NotFoundError } from "../storage/errors.ts";
import { fileSource } from "../storage/layer/source.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool } from "./cli/options.ts";
import { writeOut } from "./cli/output.ts";

export const command = defineCommand({
  usage: ["[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-", "[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH"],
  summary: "Copy files/folders between a container and the local filesystem",
  description: "Use '-' as the source to read a tar archive from stdin\n" +
    "and extract it to a directory destination in a container.\n" +
    "Use '-' as the destination to stream a tar archive of a\n" +
    "container source to stdout.",
  args: exactly(2),
  options: {
    archive: bool("a", "Archive mode (copy all uid/gid information)"),
    "follow-link": bool("L", "Always follow symbol link in SRC_PATH"),
  },
  examples: [
    ["box cp work:/etc/passwd .", "Get a file out of a container, whether it runs or not"],
    ["box cp ./site/. work:/srv/www", "Put what is in a directory into another"],
    ["box cp work:/var/log - | tar t", "See what is in a directory"],
  ],
  async run({ options, args: [source, destination], root }) {
    if (source === "") throw new CliError("source can not be empty");
    if (destination === "") throw new CliError("destination can not be empty");
    const from = parseOperand(source), to = parseOperand(destination);
    if (from.container && to.container) {
      throw new CliError("copying between containers is not supported");
    }
    const copy: Copy = { store: new Store(root), archive: options.archive };
    if (from.container) return await copyOut(copy, from, to.path, options["follow-link"]);
    if (to.container) return await copyIn(copy, from.path, to, options["follow-link"]);
    throw new CliError("must specify at least one container source");
  },
});

interface Operand {
  /** Empty for a path of the host. */
  readonly container: string;
  readonly path: string;
}

/** `CONTAINER:PATH`, or a path of the host; one with a colon is told from the former by a slash or a dot at its start. */
function parseOperand(text: string): Operand {
  const colon = text.indexOf(":");
  return colon < 0 || /^[/.]/.test(text)
    ? { container: "", path: text }
    : { container: text.slice(0, colon), path: text.slice(colon + 1) };
}

interface Copy {
  readonly store: Store;
  readonly archive: boolean;
}

async function copyOut(
  { store, archive }: Copy,
  { container, path }: Operand,
  destination: string,
  followLink: boolean,
): Promise<void> {
  await inDockersWords({ container, path }, async () => {
    const id = resolveContainerId(store, container), source = { path, followLink };
    if (destination === "-") return await archiveFromContainer(store, id, source, writeOut);
    await copyFromContainer(store, id, source, {
      path: absolute(destination),
      owner: archive ? undefined : { uid: Deno.uid()!, gid: Deno.gid()! },
    });
  });
}

async function copyIn(
  { store, archive }: Copy,
  source: string,
  { container, path }: Operand,
  followLink: boolean,
): Promise<void> {
  await inDockersWords({ container, path }, async () => {
    const id = resolveContainerId(store, container), destination = { path, asUser: archive };
    if (source === "-") {
      return await unpackIntoContainer(store, id, fileSource(STDIN), destination);
    }
    await copyIntoContainer(store, id, { path: absolute(source), followLink }, destination);
  });
}

const STDIN = 0;

const absolute = (path: string) => path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;

/** docker's client words most of what can go wrong itself. */
async function inDockersWords(
  { container, path }: Operand,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof PathNotFoundError) throw noSuchPath(container, error.path);
    if (error instanceof NotFoundError) throw noSuchPath(container, path);
    if (error instanceof CopyError) throw new CliError(error.message);
    if (error instanceof DestinationError) {
      throw new CliError(`destination "${container}:${path}" ${error.message}`);
    }
    if (error instanceof SystemError) throw new CliError(error.plainMessage);
    throw error;
  }
}

function noSuchPath(container: string, path: string): CliError {
  return new CliError(`Error: No such container:path: ${container}:${path}`);
}
