/** RUN --mount: what is mounted, and what of it decides whether a step is the same as another. */

import { MOUNT_ATTR, MS } from "../../../ffi/constants.ts";
import { close } from "../../../ffi/file.ts";
import { setMountAttributes } from "../../../ffi/mount.ts";
import { isDirectory, statAt } from "../../../ffi/stat.ts";
import { InvalidError } from "../../../storage/errors.ts";
import { cleanPath } from "../../../storage/paths.ts";
import type { SandboxMount } from "../../sandbox/spec.ts";
import { contentOf } from "../heredoc.ts";
import type { ExpandedRunInstruction, RunMount, Stage } from "../frontend/types.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";

import { type Opening, type PreparedMount, prepareMount, privateFile } from "./mount_kinds.ts";

export interface RunMounts {
  /** What of them the outcome depends on. */
  readonly inputs: readonly unknown[];
  /** `scratch` is a directory of the step's own, to mount on. */
  open(scratch: string): Promise<OpenRunMounts>;
}

export interface OpenRunMounts extends Disposable {
  readonly mounts: readonly SandboxMount[];
  /** `NAME=value` */
  readonly env: readonly string[];
}

export async function prepareMounts(
  session: BuildSession,
  stage: Stage,
  state: StageState,
  { mounts, script }: ExpandedRunInstruction,
): Promise<RunMounts> {
  const workingDirectory = state.config.WorkingDir || "/";
  const prepared: PreparedMount[] = [];
  for (const each of mounts) {
    const written = each.target ?? (hasDefaultTarget(each) ? undefined : "");
    const target = written === undefined
      ? undefined
      : cleanPath(written.startsWith("/") ? written : `${workingDirectory}/${written}`);
    if (target === "/") throw new InvalidError('invalid mount target "/"');
    const found = await prepareMount(session, stage, each, target);
    if (found) prepared.push(found);
  }
  if (script) {
    const content = new TextEncoder().encode(contentOf(script));
    prepared.push({
      inputs: { script: script.name, content: contentOf(script) },
      open({ bind, scratch }) {
        bind(privateFile(scratch, content, { mode: 0o755 }), `/dev/pipes/${script.name}`, true);
      },
    });
  }
  return {
    inputs: prepared.map(({ inputs }) => inputs),
    async open(scratch) {
      using resources = new DisposableStack();
      const opened: SandboxMount[] = [], env: string[] = [];
      const add = (each: DistributiveOmit<SandboxMount, "crossesMounts">) =>
        opened.push({ ...each, crossesMounts: false });
      const opening: Opening = {
        session,
        scratch,
        resources,
        env,
        bind(treeFd, target, isReadOnly) {
          resources.defer(() => close(treeFd));
          setMountAttributes(treeFd, isReadOnly ? MOUNT_ATTR.RDONLY : 0, MS.PRIVATE, true);
          const kind = isDirectory(statAt(treeFd, "")) ? "directory" : "file";
          add({ type: "bind", kind, target, treeFd });
        },
        tmpfs: (target, data) =>
          void add({ type: "tmpfs", target, flags: MS.NOSUID | MS.NODEV, data }),
      };
      for (const each of prepared) await each.open(opening);
      const owned = resources.move();
      return { mounts: inOrder(opened), env, [Symbol.dispose]: () => owned.dispose() };
    },
  };
}

/** What says nothing of its place is mounted on the working directory, unless it is one of these. */
function hasDefaultTarget({ type }: RunMount): boolean {
  return type === "secret" || type === "ssh";
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

/** What lies deeper comes later; a way that leads over another mount is allowed to. */
function inOrder(mounts: readonly SandboxMount[]): SandboxMount[] {
  const depth = ({ target }: SandboxMount) => target.split("/").length;
  const crosses = (target: string) =>
    /^\/(dev|sys|proc)\//.test(target) ||
    mounts.some((other) => target.startsWith(`${other.target}/`));
  return mounts.map((each) => ({ ...each, crossesMounts: crosses(each.target) }))
    .sort((a, b) => depth(a) - depth(b));
}
