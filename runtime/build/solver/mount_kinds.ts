/** The kinds of mounts that a RUN can have. */

import { AT, MS, O } from "../../../ffi/constants.ts";
import { changeModeOfFd, openAt, withFd, writeAll } from "../../../ffi/file.ts";
import { cloneTree, mount } from "../../../ffi/mount.ts";
import { inPrivateMountNamespace } from "../../../ffi/mount_namespace.ts";
import { statIfExists } from "../../../ffi/stat.ts";
import { CacheMount, cacheMountName } from "../../../storage/build/cache_mounts.ts";
import { InvalidError } from "../../../storage/errors.ts";
import { checksumSources } from "../context/checksum.ts";
import { copyInto } from "../context/copy_into.ts";
import { selectSources } from "../context/select_sources.ts";
import type { RunMount, Stage } from "../frontend/types.ts";
import { openBindView } from "./bind_view.ts";
import { resolveTree } from "./resolve_tree.ts";
import type { BuildSession } from "./session.ts";
import type { BuildTree } from "./sources.ts";
import { giveOwnerOfFd } from "../../../storage/owner.ts";

/** One mount while it is made ready: descriptors and variables go where the others' are. */
export interface Opening {
  readonly session: BuildSession;
  readonly scratch: string;
  readonly resources: DisposableStack;
  readonly env: string[];
  /** Adds a bind mount of a detached tree, which is closed with the others. */
  bind(treeFd: number, target: string, isReadOnly: boolean): void;
  tmpfs(target: string, data: string): void;
}

export interface PreparedMount {
  readonly inputs: unknown;
  open(opening: Opening): Promise<void> | void;
}

/** Undefined if there is nothing to mount, and that is allowed. */
export async function prepareMount(
  session: BuildSession,
  stage: Stage,
  each: RunMount,
  target: string | undefined,
): Promise<PreparedMount | undefined> {
  switch (each.type) {
    case "bind": {
      const { isReadOnly } = each;
      const tree = await resolveTree(session, stage, each.from), source = each.source ?? "/";
      return {
        inputs: { bind: await identityOf(tree, source), target, isReadOnly },
        open: ({ bind, resources }) =>
          bind(
            openBindView(session.store, tree, source, isReadOnly, resources),
            target!,
            isReadOnly,
          ),
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

async function prepareCacheMount(
  session: BuildSession,
  stage: Stage,
  each: RunMount & { readonly type: "cache" },
  target: string,
): Promise<PreparedMount> {
  const { store, signal, imports, cacheMounts } = session, id = each.id ?? target;
  const tree = each.from === undefined ? undefined : await resolveTree(session, stage, each.from);
  const source = each.source ?? "/";
  const initial = tree && await identityOf(tree, source);
  const { mode = 0o755, uid = 0, gid = 0, sharing, isReadOnly } = each;
  const description = JSON.stringify([id, initial ?? null]);
  const name = await cacheMountName(description);
  cacheMounts.add(name);
  return {
    inputs: { cache: id, target, initial, mode, uid, gid },
    async open({ bind, resources }) {
      const directory = resources.use(
        await CacheMount.open(
          store,
          name,
          { sharing, mode, uid, gid },
          signal,
          async (fd) => {
            if (await imports.fillMount(name, fd) || tree === undefined) return;
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
export function privateFile(
  scratch: string,
  content: Uint8Array<ArrayBuffer>,
  { mode, uid = 0, gid = 0 }: { mode: number; uid?: number; gid?: number },
): number {
  return inPrivateMountNamespace(() => {
    mount({ source: "tmpfs", target: scratch, type: "tmpfs", flags: MS.NOSUID | MS.NODEV });
    const path = `${scratch}/file`;
    withFd(openAt(AT.FDCWD, path, O.WRONLY | O.CREAT | O.EXCL, 0o600), (fd) => {
      writeAll(fd, content);
      giveOwnerOfFd(fd, uid, gid);
      changeModeOfFd(fd, mode);
    });
    return cloneTree(path, false);
  });
}
