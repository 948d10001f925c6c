import { updateContainer } from "../runtime/container/update.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError, UsageError } from "./cli/errors.ts";
import { string } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { updateLimitOptions } from "./container_options/limits.ts";
import { changeableLimitsOf } from "./container_request/limits.ts";
import { parseRestartPolicy } from "./container_request/restart_policy.ts";
import { forEachName } from "./for_each.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Update configuration of one or more containers",
  args: atLeast(1),
  options: {
    restart: string(null, "Restart policy to apply when a container exits"),
    ...updateLimitOptions,
  },
  examples: [["box update --restart unless-stopped web", "Have it restarted from now on"], [
    "box update --memory 1g --memory-swap 2g web",
    "Give it more memory, also while it runs",
  ]],
  async run({ options: { restart, ...others }, args, root }) {
    // Those that are given as nothing change nothing, and are given all the same.
    const limits = changeableLimitsOf(others);
    const names = Object.keys(updateLimitOptions) as (keyof typeof updateLimitOptions)[];
    if (restart === undefined && names.every((name) => others[name] === undefined)) {
      throw new CliError("you must provide one or more flags when using this command");
    }
    const restartPolicy = readPolicy(restart ?? "");
    const store = new Store(root), warnings: string[] = [];
    const exitCode = await forEachName(args, async (name) => {
      const id = resolveContainerId(store, name);
      warnings.push(...await updateContainer(store, id, { restartPolicy, limits }));
      print(name);
    });
    for (const warning of warnings) print(warning);
    return exitCode;
  },
});

/** Unlike `run`, docker's `update` says what is wrong without more words. */
function readPolicy(text: string) {
  try {
    return parseRestartPolicy(text);
  } catch (error) {
    throw error instanceof UsageError ? new CliError(error.message) : error;
  }
}
