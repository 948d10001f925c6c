import { InvalidError } from "../storage/errors.ts";
import { haveNetworks } from "../storage/network/network_store.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError, UsageError } from "./cli/errors.ts";
import { bool, string } from "./cli/options.ts";
import { printError } from "./cli/output.ts";
import { quote } from "./cli/strconv.ts";
import type { InspectElement } from "./format/inspect.ts";
import { findNetwork } from "./network_inspect.ts";
import { findContainer, findImage, printInspected } from "./inspect_objects.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NAME|ID [NAME|ID...]",
  summary: "Return low-level information on containers, images, volumes and networks",
  description: "A name that several have means the container, then the image.",
  args: atLeast(1),
  options: {
    format: string("f", "Format the output using the given Go template"),
    size: bool("s", "Display total file sizes if the type is container"),
    type: string(null, "Return JSON for specified type (container|image|network|volume)"),
  },
  examples: [
    ["box inspect -f '{{.State.ExitCode}}' work", "Print how a container ended"],
    ["box inspect --type image busybox", "Look at an image whose name a container has, too"],
  ],
  async run({ options: { format, size, type }, args, root }) {
    checkType(type);
    const isWanted = (kind: string) => !type || type === kind;
    const store = new Store(root);
    return await printInspected(args, format, type || "object", async (words) => {
      const container = isWanted("container") ? findContainer(store, words, size) : undefined;
      if (container !== undefined) return container;
      const image = type === "image"
        ? await findImage(store, words)
        : isWanted("image")
        ? await findImageOfAnyName(store, words)
        : undefined;
      const other = image ?? (isWanted("volume") ? await findVolume(store, words) : undefined) ??
        (type === "network" || (!type && haveNetworks(store))
          ? findNetwork(store, words)
          : undefined);
      if (other !== undefined && size) printError(`WARNING: --size ignored for ${other.kind}`);
      return other;
    });
  },
});

/** What Docker inspects besides. */
const unsupportedTypes = ["node", "plugin", "secret", "service", "task"];

function checkType(type: string | undefined): void {
  if (!type || ["container", "image", "network", "volume"].includes(type)) return;
  if (unsupportedTypes.includes(type)) {
    throw new UsageError(`--type ${type} is not supported yet`);
  }
  throw new CliError(`${quote(type)} is not a valid value for --type`);
}

/** Most inspect something else. */
async function findVolume(store: Store, name: string): Promise<InspectElement | undefined> {
  const { findVolume } = await import("./inspect_volume.ts");
  return findVolume(store, name);
}

/** What cannot be an image's name is not for that an error: it may have been meant for something else. */
async function findImageOfAnyName(
  store: Store,
  words: string,
): Promise<InspectElement | undefined> {
  try {
    return await findImage(store, words);
  } catch (error) {
    if (error instanceof InvalidError) return undefined;
    throw error;
  }
}
