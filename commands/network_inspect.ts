import { inspectNetwork } from "../runtime/network/list.ts";
import { NetworkNotFoundError, resolveNetwork } from "../storage/network/network_store.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";
import type { InspectElement } from "./format/inspect.ts";
import { printInspected } from "./inspect_objects.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NETWORK [NETWORK...]",
  summary: "Display detailed information on one or more networks",
  args: atLeast(1),
  options: {
    format: string("f", "Format the output using the given Go template"),
    verbose: bool("v", "Verbose output for diagnostics"),
  },
  async run({ options: { format }, args, root }) {
    const store = new Store(root);
    return await printInspected(args, format, "network", (words) => findNetwork(store, words));
  },
});

/** All about a network, or undefined if there is none of that name. */
export function findNetwork(store: Store, words: string): InspectElement | undefined {
  try {
    return { kind: "network", data: inspectNetwork(store, resolveNetwork(store, words)) };
  } catch (error) {
    if (error instanceof NetworkNotFoundError) return undefined;
    throw error;
  }
}
