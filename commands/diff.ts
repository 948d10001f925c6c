import { diffContainer } from "../runtime/container/diff.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import { exactly } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { writeOut } from "./cli/output.ts";

const letters = { added: "A", changed: "C", deleted: "D" } as const;

export const command = defineCommand({
  usage: "CONTAINER",
  summary: "Inspect changes to files or directories on a container's filesystem",
  description: "Each line is A (added), C (changed) or D (deleted), and a path.",
  args: exactly(1),
  run({ args: [words], root }) {
    const store = new Store(root);
    const changes = diffContainer(store, resolveContainerId(store, words));
    writeOut(changes.map(({ kind, path }) => `${letters[kind]} ${path}\n`).join(""));
  },
});
