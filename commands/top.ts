import { topContainer } from "../runtime/container/top.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { writeOut } from "./cli/output.ts";
import { alignTabs } from "./format/tabwriter.ts";

export const command = defineCommand({
  usage: "CONTAINER [ps OPTIONS]",
  summary: "Display the running processes of a container",
  description: "They are shown by the host's ps, with the host's pids.",
  args: atLeast(1),
  interspersed: false,
  examples: [["box top web -o pid,comm", "Choose what is shown of each process"]],
  async run({ args: [name, ...options], root }) {
    const store = new Store(root);
    const id = resolveContainerId(store, name);
    const { titles, processes } = await topContainer(store, id, options.join(" "));
    const lines = [titles, ...processes].map((cells) => cells.join("\t") + "\n").join("");
    writeOut(alignTabs(lines, { minimumWidth: 20, padding: 3 }));
  },
});
