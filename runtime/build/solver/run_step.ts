/** RUN: what it runs, in which surroundings. */

import { InvalidError } from "../../../storage/errors.ts";
import type { ExpandedRunInstruction, Stage } from "../frontend/types.ts";
import { variablesOf } from "../expand.ts";
import { runText } from "./history_text.ts";
import type { LayerStep } from "./layer_step.ts";
import type { RunMounts } from "./run_mounts.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";

const DEFAULT_SHELL = ["/bin/sh", "-c"];

/** Finds what is to be run. What it takes to run it is loaded when it is: most steps are found in the cache. */
export async function prepareRun(
  session: BuildSession,
  stage: Stage,
  state: StageState,
  instruction: ExpandedRunInstruction,
): Promise<LayerStep> {
  const { request: { extraHosts, network: usual } } = session;
  if (instruction.security === "insecure") {
    throw new InvalidError("security.insecure is not allowed: box runs every RUN in its sandbox");
  }
  const { config } = state, workingDirectory = config.WorkingDir || "/";
  const argv = commandOf(instruction, config.Shell ?? DEFAULT_SHELL);
  const args = argumentsOf(state);
  const env = [
    ...args.flatMap(([name, value]) => value === undefined ? [] : [`${name}=${value}`]),
    ...config.Env ?? [],
  ];
  const network = instruction.network === "default" ? usual : instruction.network;
  const mounts = await mountsOf(session, stage, state, instruction);
  return {
    inputs: () => ({
      step: "run",
      argv,
      env: [...env].sort(),
      user: config.User,
      workingDirectory,
      network,
      extraHosts,
      mounts: mounts.inputs,
    }),
    historyText: runText(argv, args.map(([name, value = ""]) => `${name}=${value}`)),
    isToldByHistory: mounts.inputs.length === 0,
    async perform(output) {
      const { performRun } = await import("./perform_run.ts");
      return await performRun(session, state, { argv, env, network, mounts }, output);
    },
  };
}

const noMounts: RunMounts = {
  inputs: [],
  open: () => Promise.resolve({ mounts: [], env: [], [Symbol.dispose]() {} }),
};

async function mountsOf(
  session: BuildSession,
  stage: Stage,
  state: StageState,
  instruction: ExpandedRunInstruction,
): Promise<RunMounts> {
  if (instruction.mounts.length === 0 && instruction.script === undefined) return noMounts;
  const { prepareMounts } = await import("./run_mounts.ts");
  return await prepareMounts(session, stage, state, instruction);
}

/** Build arguments with their values, if they have any; one that ENV sets has that value. */
function argumentsOf(state: StageState): [name: string, value: string | undefined][] {
  const variables = variablesOf(state.config.Env ?? []);
  return [...state.arguments].map(([name, value]) => [name, variables.get(name) ?? value]);
}

/** The command line; the shell form is the shell's. */
function commandOf(
  { command: { words, isJson }, script, original }: ExpandedRunInstruction,
  shell: readonly string[],
): readonly string[] {
  if (words.length === 0) {
    throw new InvalidError(`RUN requires at least one argument: ${original}`);
  }
  return isJson || script !== undefined ? words : [...shell, ...words];
}
