/** RUN carried out: a command in a sandbox on a new layer. */

import { InvalidError } from "../../../storage/errors.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { chrootWarning, whyChroot } from "../../sandbox/chroot/reason.ts";
import { CommandFailed } from "./errors.ts";
import { runOnLayer } from "./run_container.ts";
import type { RunMounts } from "./run_mounts.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";

export interface PreparedRun {
  readonly argv: readonly string[];
  /** Of build arguments and ENV. */
  readonly env: readonly string[];
  readonly network: string;
  readonly mounts: RunMounts;
}

type Output = (bytes: Uint8Array<ArrayBuffer>) => void;

/** Returns what it has written, unsynced. Throws CommandFailed. */
export async function performRun(
  session: BuildSession,
  state: StageState,
  { argv, env, network, mounts }: PreparedRun,
  output: Output,
): Promise<Layer | undefined> {
  const { store, lease, request, plan, signal, hostConfig } = session;
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
    user: state.config.User,
    workingDirectory: state.config.WorkingDir || "/",
    network,
    extraHosts: request.extraHosts,
    hostConfig,
    mounts: opened.mounts,
    signal,
    output: (_stream, bytes) => output(bytes),
  });
  const isKept = exitCode === 0 || request.keepFailed;
  const layer = isKept ? await working.publish(lease, request.sourceDateEpoch) : undefined;
  if (exitCode !== 0) throw new CommandFailed(argv, exitCode, layer);
  return layer;
}

const cannotMount = (why: string) =>
  `RUN with --mount, or a here-document that names its interpreter, takes a mount, which is not permitted here (${why})`;

/** Builds whose output says what their sandboxes lack. */
const told = new WeakSet<BuildSession>();

function tellOnce(session: BuildSession, why: string, output: Output): void {
  if (told.has(session)) return;
  told.add(session);
  output(new TextEncoder().encode(`WARNING: ${chrootWarning(why)}\n`));
}

const proxies = (values: ReadonlyMap<string, string>) =>
  [...values].map(([name, value]) => `${name}=${value}`);
