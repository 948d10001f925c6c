/** What --userns asks for. */

import { isInUserNamespace } from "../../../ffi/privilege.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import { InvalidError } from "../../../storage/errors.ts";

/**
 * `host`: the host's ids. `private`: those of the remap setting, or else as auto. `auto`: a range of its own; docker has not got
 * it, podman has.
 */
export type UsernsMode =
  | { readonly kind: "host" }
  | { readonly kind: "private" }
  | { readonly kind: "auto"; readonly size: number };

/** How many ids a container gets that does not say it: enough for every id that distributions give, nobody among them. */
export const DEFAULT_SIZE = 65536;

/** As many as an image can name and a range can hold. */
const LARGEST_SIZE = 2 ** 31;

/** Throws InvalidError, in docker's words where it has some. */
export function parseUsernsMode(mode: string): UsernsMode {
  if (mode === "" || mode === "host") return { kind: "host" };
  if (mode === "private") return { kind: "private" };
  const [, options] = /^auto(?::(.*))?$/s.exec(mode) ?? [];
  if (!/^auto(:|$)/.test(mode)) throw new InvalidError(`invalid user namespace mode: ${mode}`);
  return { kind: "auto", size: sizeOf(mode, options) };
}

function sizeOf(mode: string, options: string | undefined): number {
  let size = DEFAULT_SIZE;
  for (const option of options === undefined ? [] : options.split(",")) {
    const [, digits] = /^size=([0-9]+)$/.exec(option) ?? [];
    size = Number(digits);
    if (digits === undefined || size < 1 || size > LARGEST_SIZE) {
      throw new InvalidError(
        `invalid user namespace mode: ${mode}: ` +
          `auto takes size=N, from 1 to ${LARGEST_SIZE}, and not ${JSON.stringify(option)}`,
      );
    }
  }
  return size;
}

export function hasUserNamespace({ UsernsMode }: Pick<HostConfig, "UsernsMode">): boolean {
  return UsernsMode !== "" && UsernsMode !== "host";
}

/** Throws InvalidError for what is the host's and cannot be shared with other ids. */
export function verifyUserNamespace(hostConfig: HostConfig): void {
  const { UsernsMode, Privileged, NetworkMode, PidMode, IpcMode } = hostConfig;
  if (parseUsernsMode(UsernsMode).kind === "host") return;
  if (isInUserNamespace()) {
    throw new InvalidError(
      "containers of an ordinary user have the ids of his user namespace: " +
        "--userns takes root, whom alone the kernel lets map the ids of mounts",
    );
  }
  if (Privileged) {
    throw new InvalidError(
      "privileged mode is incompatible with user namespaces.  " +
        "You must run the container in the host namespace when running privileged mode",
    );
  }
  const shared = [
    [NetworkMode, "the host's network namespace"],
    [PidMode, "the host PID namespace"],
    [IpcMode, "the host IPC namespace"],
  ].find(([mode]) => mode === "host");
  if (shared) throw new InvalidError(`cannot share ${shared[1]} when user namespaces are enabled`);
}
