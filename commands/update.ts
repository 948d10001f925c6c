import { updateContainer } from "../runtime/container/update.ts";
import { resolveContainerId } from "../storage/container/container_store.ts";
import { Store } from "../storage/store.ts";
import { atLeast } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError, UsageError } from "./cli/errors.ts";
import { string, unsupported } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { parseRestartPolicy } from "./container_request/restart_policy.ts";
import { forEachName } from "./for_each.ts";

export const command = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Update configuration of one or more containers",
  args: atLeast(1),
  options: {
    restart: string(null, "Restart policy to apply when a container exits"),
    "blkio-weight": unsupported(
      "uint16",
      null,
      "Block IO (relative weight), between 10 and 1000, or 0 to disable",
    ),
    "cpu-period": unsupported("int", null, "Limit CPU CFS (Completely Fair Scheduler) period"),
    "cpu-quota": unsupported("int", null, "Limit CPU CFS (Completely Fair Scheduler) quota"),
    "cpu-rt-period": unsupported("int", null, "Limit the CPU real-time period in microseconds"),
    "cpu-rt-runtime": unsupported("int", null, "Limit the CPU real-time runtime in microseconds"),
    "cpu-shares": unsupported("int", "c", "CPU shares (relative weight)"),
    cpus: unsupported("decimal", null, "Number of CPUs"),
    "cpuset-cpus": unsupported("string", null, "CPUs in which to allow execution (0-3, 0,1)"),
    "cpuset-mems": unsupported("string", null, "MEMs in which to allow execution (0-3, 0,1)"),
    "kernel-memory": unsupported("bytes", null, "Kernel memory limit"),
    memory: unsupported("bytes", "m", "Memory limit"),
    "memory-reservation": unsupported("bytes", null, "Memory soft limit"),
    "memory-swap": unsupported(
      "bytes",
      null,
      "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
    ),
    "pids-limit": unsupported("int", null, "Tune container pids limit (set -1 for unlimited)"),
  },
  examples: [["box update --restart unless-stopped web", "Have it restarted from now on"]],
  run({ options: { restart }, args, root }) {
    if (restart === undefined) {
      throw new CliError("you must provide one or more flags when using this command");
    }
    const restartPolicy = readPolicy(restart);
    const store = new Store(root);
    return forEachName(args, async (name) => {
      await updateContainer(store, resolveContainerId(store, name), { restartPolicy });
      print(name);
    });
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
