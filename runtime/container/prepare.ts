/** From a container's files to the sandbox that its process is started in. */

import { isInUserNamespace } from "../../ffi/privilege.ts";
import { close } from "../../ffi/file.ts";
import { type IdMappings, toHostId } from "../../ffi/idmap.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { alsoMaskedPaths } from "../sandbox/paths.ts";
import { hasPlainDirectory, openRoot, readUserDatabase } from "../sandbox/rootfs.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import { possibleUser } from "../sandbox/mapped_user.ts";
import { resolveUser, type User } from "../sandbox/user.ts";
import { DEFAULT_PATH } from "./default_path.ts";
import { hasOwnPidNamespace, type SharedNamespaces } from "./shared_namespaces.ts";

/** What a start adds to what the files say. */
export interface Surroundings {
  /** Where the root file system is mounted. */
  readonly rootfs: string;
  readonly mounts: SandboxSpec["mounts"];
  readonly streams: Pick<SandboxSpec, "stdio" | "terminal">;
  readonly cgroup: SandboxSpec["cgroup"];
  readonly limits: SandboxSpec["limits"];
  readonly namespaces: SharedNamespaces["spec"];
  readonly security: SandboxSpec["security"];
  readonly network: SandboxSpec["network"];
  /** Variables that tell of containers that it is linked to. */
  readonly linkVariables: readonly string[];
  readonly userNamespace?: SandboxSpec["userNamespace"];
}

export function describeSandbox(
  container: ContainerFile,
  hostConfig: HostConfig,
  surroundings: Surroundings,
): SandboxSpec {
  const { streams, namespaces, linkVariables, ...rest } = surroundings;
  const user = inspectRoot(rest.rootfs, container.Config.User, hostConfig.GroupAdd);
  if (rest.userNamespace) requireMapped(rest.userNamespace, user);
  const { Config: config } = container;
  return {
    ...rest,
    readonlyRootfs: hostConfig.ReadonlyRootfs,
    hostname: config.Hostname,
    domainname: config.Domainname,
    ...namespaces,
    maskedPaths: hostConfig.MaskedPaths?.length
      ? [...hostConfig.MaskedPaths, ...alsoMaskedPaths]
      : [],
    readonlyPaths: hostConfig.ReadonlyPaths ?? [],
    user,
    workingDirectory: config.WorkingDir || "/",
    argv: [container.Path, ...container.Args ?? []],
    env: environmentOf(config, user, linkVariables),
    ...streams,
    // Docker, too, has none where it would not be process 1.
    init: (hostConfig.Init ?? false) && hasOwnPidNamespace(hostConfig),
  };
}

/** Throws InvalidError for a user whom a user namespace has no id for. */
export function requireMapped({ uidMappings, gidMappings }: IdMappings, user: User): void {
  const refuse = (kind: string, id: number) => {
    throw new InvalidError(`${kind} ${id} has no id in the container's user namespace`);
  };
  if (toHostId(uidMappings, user.uid) === undefined) refuse("user", user.uid);
  const group = user.groups.find((gid) => toHostId(gidMappings, gid) === undefined);
  if (group !== undefined) refuse("group", group);
}

/** Looks up the user, and makes sure that /proc, /sys and /dev are directories, not links to somewhere (CVE-2023-27561). */
export function inspectRoot(
  rootfs: string,
  user: string,
  groupAdd: readonly string[] | null,
): User {
  const rootFd = openRoot(rootfs);
  try {
    for (const name of ["proc", "sys", "dev"]) {
      if (!hasPlainDirectory(rootFd, name)) {
        throw new InvalidError(`/${name} of the container must be an ordinary directory`);
      }
    }
    return lookUpUser(rootFd, user, groupAdd);
  } finally {
    close(rootFd);
  }
}

/** Who a user is in a root file system, as a member of some groups more. */
export function lookUpUser(
  rootFd: number,
  user: string,
  groupAdd: readonly string[] | null,
): User {
  const passwd = readUserDatabase(rootFd, "/etc/passwd");
  const group = readUserDatabase(rootFd, "/etc/group");
  const resolved = resolveUser(user, passwd, group, groupAdd ?? []);
  return isInUserNamespace() ? possibleUser(resolved, (groupAdd ?? []).length) : resolved;
}

/**
 * PATH, HOSTNAME, TERM, what links tell, and HOME, then what was asked for. The last of a name wins; a name without a value takes the variable away.
 */
export function environmentOf(
  { Env, Hostname, Tty }: Pick<ContainerConfig, "Env" | "Hostname" | "Tty">,
  user: User,
  linkVariables: readonly string[],
): string[] {
  const own = [
    DEFAULT_PATH,
    `HOSTNAME=${Hostname}`,
    ...Tty ? ["TERM=xterm"] : [],
    ...linkVariables,
  ];
  const variables = new Map<string, string>();
  for (const variable of [...own, `HOME=${user.home}`, ...Env ?? []]) {
    const name = variable.split("=", 1)[0];
    if (variable.includes("=")) variables.set(name, variable);
    else variables.delete(name);
  }
  return [...variables.values()];
}
