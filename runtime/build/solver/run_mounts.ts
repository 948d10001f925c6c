/** RUN --mount: what is mounted, and what of it decides whether a step is the same as another. */

import { AT, MOUNT_ATTR, MS, O } from "../../../ffi/constants.ts";
import {
  changeModeOfFd,
  changeOwnerOfFd,
  close,
  openAt,
  withFd,
  writeAll,
} from "../../../ffi/file.ts";
import { cloneTree, mount, setMountAttributes } from "../../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../../ffi/mount_namespace.ts";
import { isDirectory, statAt, statIfExists } from "../../../ffi/stat.ts";
import { CacheMount } from "../../../storage/build/cache_mounts.ts";
import { InvalidError } from "../../../storage/errors.ts";
import { cleanPath } from "../../../storage/paths.ts";
import { openOverlay } from "../../../storage/overlay2/view.ts";
import type { Store } from "../../../storage/store.ts";
import { openInRoot } from "../../sandbox/rootfs.ts";
import type { SandboxMount } from "../../sandbox/spec.ts";
import { checksumSources } from "../context/checksum.ts";
import { copyInto } from "../context/copy_into.ts";
import { selectSources } from "../context/select_sources.ts";
import { contentOf } from "../heredoc.ts";
import type { ExpandedRunInstruction, RunMount, Stage } from "../frontend/types.ts";
import { resolveTree } from "./resolve_tree.ts";
import type { BuildSession } from "./session.ts";
import type { BuildTree } from "./sources.ts";
import type { StageState } from "./state.ts";

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

/** One mount while it is made ready: descriptors and variables go where the others' are. */
interface Opening {
  readonly session: BuildSession;
  readonly scratch: string;
  readonly resources: DisposableStack;
  readonly env: string[];
  /** Adds a bind mount of a detached tree, which is closed with the others. */
  bind(treeFd: number, target: string, isReadOnly: boolean): void;
  tmpfs(target: string, data: string): void;
}

interface PreparedMount {
  readonly inputs: unknown;
  open(opening: Opening): Promise<void> | void;
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
    const target = each.target === undefined
      ? undefined
      : cleanPath(each.target.startsWith("/") ? each.target : `${workingDirectory}/${each.target}`);
    if (target === "/") throw new InvalidError('invalid mount target "/"');
    const found = await prepare(session, stage, each, target);
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

async function prepare(
  session: BuildSession,
  stage: Stage,
  each: RunMount,
  target: string | undefined,
): Promise<PreparedMount | undefined> {
  switch (each.type) {
    case "bind": {
      if (!each.isReadOnly) {
        throw new InvalidError("RUN --mount=type=bind,rw is not supported yet");
      }
      const tree = await resolveTree(session, stage, each.from), source = each.source ?? "/";
      return {
        inputs: { bind: await identityOf(tree, source), target },
        open: ({ bind }) => bind(openTree(session.store, tree, source), target!, true),
      };
    }
    case "cache":
      return await prepareCacheMount(session, stage, each, target!);
    case "tmpfs": {
      const size = each.sizeInBytes;
      return {
        inputs: { tmpfs: target, size },
        open: ({ tmpfs }) => tmpfs(target!, size === undefined ? "" : `size=${size}`),
      };
    }
    case "secret":
      return prepareSecret(session, each, target);
    case "ssh":
      return prepareSsh(session, each, target);
  }
}

/** A stage's or an image's layers say all; of a context, what is mounted counts. */
async function identityOf(tree: BuildTree, source: string): Promise<string[]> {
  if (tree.identity !== undefined) return [tree.identity, source];
  const { table } = tree;
  return [await checksumSources(selectSources(tree.tree, source), { ...(table && { table }) })];
}

/** A detached tree of a path in it. */
function openTree(store: Store, { tree, layer }: BuildTree, source: string): number {
  const clone = (root: number) =>
    withFd(openInRoot(root, source, O.PATH), (fd) => cloneTree(`/proc/self/fd/${fd}`, true));
  if (layer === undefined) return clone(tree.root);
  return openOverlay(
    store,
    layer.cacheId,
    (path) => withFd(openAt(AT.FDCWD, path, O.PATH | O.DIRECTORY), clone),
  );
}

async function prepareCacheMount(
  session: BuildSession,
  stage: Stage,
  each: RunMount & { readonly type: "cache" },
  target: string,
): Promise<PreparedMount> {
  const { store, signal } = session, id = each.id ?? target;
  const tree = each.from === undefined ? undefined : await resolveTree(session, stage, each.from);
  const source = each.source ?? "/";
  const initial = tree && await identityOf(tree, source);
  const { mode = 0o755, uid = 0, gid = 0, sharing, isReadOnly } = each;
  return {
    inputs: { cache: id, target, initial, mode, uid, gid },
    async open({ bind, resources }) {
      const description = JSON.stringify([id, initial ?? null]);
      const directory = resources.use(
        await CacheMount.open(
          store,
          description,
          { sharing, mode, uid, gid },
          signal,
          async (fd) => {
            if (tree === undefined) return;
            await copyInto({
              sources: selectSources(tree.tree, source),
              destination: "/",
              workingDirectory: "/",
              upper: fd,
            });
          },
        ),
      );
      bind(cloneTree(directory.path, false), target, isReadOnly);
    },
  };
}

function prepareSecret(
  { request }: BuildSession,
  each: RunMount & { readonly type: "secret" },
  target: string | undefined,
): PreparedMount | undefined {
  const id = each.id ?? (target ?? "").split("/").at(-1)!;
  const content = request.secrets.get(id);
  if (content === undefined) {
    if (each.isRequired) throw new InvalidError(`secret ${id}: not found`);
    return undefined;
  }
  const { env: name, mode = 0o400, uid = 0, gid = 0 } = each;
  const path = target ?? (name === undefined ? `/run/secrets/${id}` : undefined);
  return {
    inputs: { secret: id, path, env: name, mode, uid, gid },
    open({ bind, env, scratch }) {
      if (name !== undefined) env.push(`${name}=${new TextDecoder().decode(content)}`);
      if (path !== undefined) bind(privateFile(scratch, content, { mode, uid, gid }), path, true);
    },
  };
}

function prepareSsh(
  { request }: BuildSession,
  each: RunMount & { readonly type: "ssh" },
  target: string | undefined,
): PreparedMount | undefined {
  const id = each.id ?? "default", socket = request.sshAgents.get(id);
  if (socket === undefined) {
    if (each.isRequired) throw new InvalidError(`unset ssh forward key ${id}`);
    return undefined;
  }
  if (each.uid || each.gid || (each.mode !== undefined && each.mode !== 0o600)) {
    throw new InvalidError("RUN --mount=type=ssh with mode, uid or gid is not supported yet");
  }
  const path = target ?? "/run/buildkit/ssh_agent.0";
  return {
    inputs: { ssh: id, path },
    open({ bind, env }) {
      if (statIfExists(AT.FDCWD, socket, true) === undefined) {
        throw new InvalidError(`ssh agent ${id}: ${socket}: no such file or directory`);
      }
      env.push(`SSH_AUTH_SOCK=${path}`);
      bind(cloneTree(socket, false), path, false);
    },
  };
}

/** A file in memory, mounted nowhere: it never reaches a disk, and goes when nobody has it open. */
function privateFile(
  scratch: string,
  content: Uint8Array<ArrayBuffer>,
  { mode, uid = 0, gid = 0 }: { mode: number; uid?: number; gid?: number },
): number {
  return inPrivateMountNamespace(() => {
    mount({ source: "tmpfs", target: scratch, type: "tmpfs", flags: MS.NOSUID | MS.NODEV });
    const path = `${scratch}/file`;
    withFd(openAt(AT.FDCWD, path, O.WRONLY | O.CREAT | O.EXCL, 0o600), (fd) => {
      writeAll(fd, content);
      changeOwnerOfFd(fd, uid, gid);
      changeModeOfFd(fd, mode);
    });
    return cloneTree(path, false);
  });
}
