/** RUN: what it runs, in which surroundings. */

import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { EngineError, InvalidError } from "../../../storage/errors.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import type { ExpandedRunInstruction, Stage } from "../frontend/types.ts";
import { chrootWarning, whyChroot } from "../../sandbox/chroot/reason.ts";
import { variablesOf } from "../expand.ts";
import { runText } from "./history_text.ts";
import { runOnLayer } from "./run_container.ts";
import { prepareMounts } from "./run_mounts.ts";
import type { BuildSession } from "./session.ts";
import type { LayerStep } from "./layer_step.ts";
import type { StageState } from "./state.ts";

const DEFAULT_SHELL = ["/bin/sh", "-c"];

/** A command that ran and did not end with 0. */
export class CommandFailed extends EngineError {
  override readonly name = "CommandFailed";

  constructor(
    argv: readonly string[],
    readonly exitCode: number,
    /** What it has written, if that was to be kept. */
    readonly left: Layer | undefined,
  ) {
    super(
      `process ${
        JSON.stringify(argv.join(" "))
      } did not complete successfully: exit code: ${exitCode}`,
    );
  }
}

export async function prepareRun(
  session: BuildSession,
  stage: Stage,
  state: StageState,
  instruction: ExpandedRunInstruction,
): Promise<LayerStep> {
  const { store, lease, request, plan, signal, hostConfig } = session;
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
  const network = instruction.network === "default" ? request.network : instruction.network;
  const mounts = await prepareMounts(session, stage, state, instruction);
  const { extraHosts } = request;
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
      const why = whyChroot(store);
      if (why !== undefined) {
        if (mounts.inputs.length > 0) throw new InvalidError(cannotMount(why));
        tellOnce(session, why, output);
      }
      using working = new WorkingLayer(store, state.layer);
      using opened = await mounts.open(working.scratch);
      const exitCode = await runOnLayer(store, working, {
        argv,
        env: [...proxies(plan.proxyArguments), ...env, ...opened.env],
        user: config.User,
        workingDirectory,
        network,
        extraHosts,
        hostConfig,
        mounts: opened.mounts,
        signal,
        output: (_stream, bytes) => output(bytes),
      });
      const isKept = exitCode === 0 || request.keepFailed;
      const layer = isKept ? await working.publish(lease, request.sourceDateEpoch) : undefined;
      if (exitCode !== 0) throw new CommandFailed(argv, exitCode, layer);
      return layer;
    },
  };
}

const cannotMount = (why: string) =>
  `RUN with --mount, or a here-document that names its interpreter, takes a mount, which is not permitted here (${why})`;

/** Builds whose output says what their sandboxes lack. */
const told = new WeakSet<BuildSession>();

function tellOnce(
  session: BuildSession,
  why: string,
  output: (bytes: Uint8Array<ArrayBuffer>) => void,
): void {
  if (told.has(session)) return;
  told.add(session);
  output(new TextEncoder().encode(`WARNING: ${chrootWarning(why)}\n`));
}

/** Build arguments with their values, if they have any; one that ENV sets has that value. */
function argumentsOf(state: StageState): [name: string, value: string | undefined][] {
  const variables = variablesOf(state.config.Env ?? []);
  return [...state.arguments].map(([name, value]) => [name, variables.get(name) ?? value]);
}

const proxies = (values: ReadonlyMap<string, string>) =>
  [...values].map(([name, value]) => `${name}=${value}`);

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
