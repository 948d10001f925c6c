import { readContainer } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import { findContainer } from "./find_container.ts";
import { assertCanAttach, attachToRunning } from "./attach_running.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, string } from "./cli/options.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER",
  summary: "Attach local standard input, output, and error streams to a running container",
  args: exactly(1),
  options: {
    "detach-keys": string(null, "Override the key sequence for detaching a container"),
    "no-stdin": bool(null, "Do not attach STDIN"),
    "sig-proxy": bool(null, "Proxy all received signals to the process", true),
  },
  examples: [
    ["box attach web", "See what it writes; ctrl-c ends it"],
    ["box attach --sig-proxy=false web", "See what it writes; ctrl-c ends only the looking"],
  ],
  async run({ options, args, root }) {
    const store = new Store(root), id = findContainer(store, args[0]);
    const container = readContainer(store, id), { Config: config } = container;
    assertCanAttach(store, container);
    return await attachToRunning(store, id, {
      stdin: config.OpenStdin && !options["no-stdin"],
      stdout: true,
      stderr: true,
      // A terminal passes the keys on that would make a signal here.
      signalProxy: options["sig-proxy"] && !config.Tty,
      detachKeys: options["detach-keys"],
    });
  },
});
