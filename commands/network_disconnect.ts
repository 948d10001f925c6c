import { disconnectContainer } from "../runtime/network/leave.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { NotFoundError } from "../storage/errors.ts";
import { resolveNetwork } from "../storage/network/network_store.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool } from "./cli/options.ts";

export const command = defineCommand({
  usage: "[OPTIONS] NETWORK CONTAINER",
  summary: "Disconnect a container from a network",
  args: exactly(2),
  options: { force: bool("f", "Force the container to disconnect from a network") },
  async run({ options: { force }, args: [network, words], root }) {
    const store = new Store(root);
    resolveNetwork(store, network); // Docker looks for it first
    await disconnectContainer(store, find(store, words, force), network);
  },
});

function find(store: Store, words: string, force: boolean): string {
  try {
    return resolveContainerId(store, words);
  } catch (error) {
    if (force && error instanceof NotFoundError) {
      throw new NotFoundError(`endpoint ${words} not found`);
    }
    throw error;
  }
}
