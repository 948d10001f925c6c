/** The processes of a container as the host's ps(1) shows them. No program of the image is run (CVE-2022-1227). */

import type { ContainerFile } from "../../storage/container/config.ts";
import { EngineError, InvalidError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { listProcesses } from "./process_table.ts";
import { processesOf } from "./processes.ts";
import { filterProcesses, type ProcessList } from "./ps_output.ts";
import { recordContainerEvent } from "./record_event.ts";
import { readWithProcesses } from "./require_running.ts";

/** The options that ps(1) is given if there are no others. */
const DEFAULT_OPTIONS = "-ef";

/** `options` are ps's, with blanks between them. ConflictError for a container that does not run. */
export async function topContainer(
  store: Store,
  id: string,
  options: string,
): Promise<ProcessList> {
  const chosen = options || DEFAULT_OPTIONS;
  checkOptions(chosen);
  const container = readWithProcesses(store, id);
  const { list, pids } = await runPs(container, chosen);
  recordContainerEvent(store, container, "top");
  return list ?? listProcesses(pids);
}

/** A column that only calls itself PID would let the processes of others through. */
function checkOptions(options: string): void {
  for (const [, column, title] of options.matchAll(/\s+([^\s]*)=\s*(PID[^\s]*)/g)) {
    if (column !== "pid") {
      throw new InvalidError(`specifying "${column}=${title}" is not allowed`);
    }
  }
}

/** What ps prints of the container's processes; no list where the host has no ps and can do without it. */
async function runPs(
  container: ContainerFile,
  options: string,
): Promise<{ list?: ProcessList; pids: readonly number[] }> {
  const words = options.split(" "), pids = processesOf(container);
  try {
    // -q keeps ps from reading all of /proc, but does not go together with every option.
    const output = await ps([...words, `-q${pids.join(",")}`]) ?? await ps(words, true);
    return { list: filterProcesses(output, pids), pids };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (options === DEFAULT_OPTIONS) return { pids };
    throw new EngineError('ps: exec: "ps": executable file not found in $PATH');
  }
}

/** Returns nothing if ps fails, or throws the first line of what it says. NotFound where there is none. */
async function ps(options: readonly string[]): Promise<string | undefined>;
async function ps(options: readonly string[], mustSucceed: true): Promise<string>;
async function ps(options: readonly string[], mustSucceed = false): Promise<string | undefined> {
  const { success, code, stdout, stderr } = await new Deno.Command("ps", {
    args: [...options],
    stdin: "null",
    clearEnv: true,
    env: environment(),
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  if (!mustSucceed) return undefined;
  const [problem] = new TextDecoder().decode(stderr).split("\n", 1);
  throw new EngineError(`ps: ${problem || `exit status ${code}`}`);
}

/** Of box's environment what ps needs: other variables (COLUMNS, PS_FORMAT) change what it prints. */
function environment(): Record<string, string> {
  const variables = ["PATH", "TZ", "LANG", "LC_ALL"].map((name) => [name, Deno.env.get(name)]);
  return Object.fromEntries(variables.filter(([, value]) => value !== undefined));
}
