/** A git repository as a context, or as what ADD adds, where there is git. */

import { O } from "../../../ffi/constants.ts";
import { removeTree } from "../../../ffi/directory.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { EngineError, InvalidError } from "../../../storage/errors.ts";
import type { Store } from "../../../storage/store.ts";
import { TemporaryDirectory } from "../../../storage/temporary_directory.ts";
import { openInRoot } from "../../sandbox/rootfs.ts";
import type { GitReference } from "./git_url.ts";
import { selectSources } from "./select_sources.ts";
import type { CopySource } from "./types.ts";

export interface GitOptions {
  readonly keepsGitDirectory?: boolean;
  readonly signal?: AbortSignal;
}

/** A commit's files, for as long as it is not disposed of. */
export class GitCheckout implements Disposable {
  private constructor(
    private readonly directory: TemporaryDirectory,
    /** The files of the subdirectory, or all. */
    readonly sources: readonly CopySource[],
    readonly commit: string,
  ) {}

  /** EngineError if there is no git, or no such commit; InvalidError for a reference that git would take for an option. */
  static async fetch(
    store: Store,
    { remote, reference = "HEAD", subdirectory = "" }: GitReference,
    { keepsGitDirectory = false, signal }: GitOptions = {},
  ): Promise<GitCheckout> {
    if (reference.startsWith("-")) throw new InvalidError(`invalid git reference: ${reference}`);
    using failure = new DisposableStack();
    const directory = failure.use(TemporaryDirectory.make(store));
    const git = (...args: string[]) => runGit(directory.path, args, signal);
    await git("init", "--quiet");
    const commit = await fetchCommit(git, remote, reference);
    await git("checkout", "--quiet", "--detach", commit);
    if (!keepsGitDirectory) removeTree(directory.fd, ".git");
    const tree = { root: directory.fd, name: remote, ownership: "root" } as const;
    const sources = selectSources(tree, subdirectory);
    failure.move();
    return new GitCheckout(directory, sources, commit);
  }

  /** A directory of it, open for reading; the caller closes it. It cannot lie outside. */
  openRoot(subdirectory = ""): number {
    try {
      return openInRoot(this.directory.fd, subdirectory || ".", O.RDONLY | O.DIRECTORY);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new EngineError(`git: subdirectory ${subdirectory}: ${error.reason}`, { cause: error });
    }
  }

  [Symbol.dispose](): void {
    this.directory[Symbol.dispose]();
  }
}

type Git = (...args: string[]) => Promise<string>;

/** Fetches one commit if the server can do that, otherwise all there is, and returns its hash. */
async function fetchCommit(git: Git, remote: string, reference: string): Promise<string> {
  try {
    await git("fetch", "--quiet", "--depth=1", "--", remote, reference);
    return await git("rev-parse", "--verify", "FETCH_HEAD^{commit}");
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    // Servers without shallow clones, or without commits by their hash, or no such reference.
    const refs = [
      "+HEAD:refs/fetched/HEAD",
      "+refs/heads/*:refs/fetched/*",
      "+refs/tags/*:refs/tags/*",
    ];
    await git("fetch", "--quiet", "--", remote, ...refs);
    for (const name of [`refs/fetched/${reference}`, `refs/tags/${reference}`, reference]) {
      try {
        return await git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
      } catch (missing) {
        if (!(missing instanceof GitError)) throw missing;
      }
    }
    throw new EngineError(`git: ${remote} has no reference ${reference}`, { cause: error });
  }
}

class GitError extends EngineError {}

/** Nothing of the host's configuration runs a program for it, nobody is asked for a password, and no other protocol is spoken. */
const environment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "http:https:git:ssh",
  GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
};

/** What a git command prints. */
async function runGit(
  directory: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const command = new Deno.Command("git", {
    args: ["-C", directory, "-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=true", ...args],
    env: environment,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  });
  let result: Deno.CommandOutput;
  try {
    result = await command.output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new EngineError("a git repository needs the program git, which is not installed");
  }
  const decoder = new TextDecoder();
  if (result.success) return decoder.decode(result.stdout).trim();
  const reason = decoder.decode(result.stderr).trim().split("\n").pop();
  throw new GitError(`git ${args[0]}: ${reason}`);
}
