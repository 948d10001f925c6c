/** How a git repository is written. */

export interface GitReference {
  readonly remote: string;
  /** A branch, a tag or a commit; the remote's HEAD if undefined. */
  readonly reference?: string;
  readonly subdirectory?: string;
}

/** Reads `https://HOST/PATH.git`, `git://...`, `ssh://...` or `git@HOST:PATH`, with `#REF:DIRECTORY`; undefined for what is no repository. */
export function parseGitUrl(text: string): GitReference | undefined {
  const hash = text.indexOf("#"), remote = hash < 0 ? text : text.slice(0, hash);
  const isWeb = /^https?:\/\//.test(remote) && remote.endsWith(".git");
  const isGit = /^(git|ssh):\/\//.test(remote) || /^git@[\w.-]+:/.test(remote);
  if (!isWeb && !isGit) return undefined;
  const fragment = hash < 0 ? "" : text.slice(hash + 1), colon = fragment.indexOf(":");
  const reference = colon < 0 ? fragment : fragment.slice(0, colon);
  const subdirectory = colon < 0 ? "" : fragment.slice(colon + 1);
  return {
    remote,
    ...(reference && { reference }),
    ...(subdirectory && { subdirectory }),
  };
}
