/** A container's settings where nothing can be mounted or unshared: what it can have, and what is refused. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { capabilitiesOf } from "../sandbox/capability_changes.ts";
import { placeHostFiles } from "../sandbox/chroot/files.ts";
import { confinedSecurity } from "../sandbox/chroot/plan.ts";
import { chrootWarning } from "../sandbox/chroot/reason.ts";
import { ownCapabilities } from "../sandbox/host.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import { hasGroupLimits } from "./limits.ts";
import { describeSandbox, type Surroundings } from "./prepare.ts";
import { securityOf } from "./security.ts";
import { donorOf } from "./shared_namespaces.ts";
import { hasUserNamespace } from "./user_namespace/mode.ts";

export interface Confined {
  readonly hostConfig: HostConfig;
  readonly warnings: readonly string[];
}

/**
 * Namespaces and control groups are those of the surroundings, which is said. InvalidError for what was asked for, and is not to
 * be had: `why` is the errno with which the kernel refuses to mount.
 */
export function confine(
  config: Pick<ContainerConfig, "AttachStdout" | "Tty" | "Volumes">,
  hostConfig: HostConfig,
  why: string,
): Confined {
  for (const [option, isAsked] of Object.entries(unavailable)) {
    if (isAsked(hostConfig)) {
      throw new InvalidError(
        `${option} takes a mount or a namespace, which is not permitted here (${why})`,
      );
    }
  }
  if (config.Tty && !config.AttachStdout) {
    // Its monitor would have to fetch the terminal from the keeper, which takes pidfd_getfd(2).
    throw new InvalidError(`--tty in the background is not permitted here (${why})`);
  }
  const warnings = [chrootWarning(why)];
  if (hasGroupLimits(hostConfig)) warnings.push("No control groups here. Limitation discarded.");
  if (Object.keys(config.Volumes ?? {}).length > 0) {
    warnings.push("Volumes without a name are directories of the container here");
  }
  const host = { NetworkMode: "host", PidMode: "host", IpcMode: "host", UTSMode: "host" };
  return { hostConfig: { ...hostConfig, ...host, CgroupnsMode: "host" }, warnings };
}

/** The sandbox of a container that is confined; its files are put where they would be mounted. */
export async function describeInChroot(
  container: ContainerFile,
  hostConfig: HostConfig,
  { rootfs, files, streams }: {
    readonly rootfs: string;
    /** Where hosts, hostname and resolv.conf are. */
    readonly files: string;
    readonly streams: Surroundings["streams"];
  },
): Promise<SandboxSpec> {
  const security = confinedSecurity(await securityOf(hostConfig), ownCapabilities());
  const spec = describeSandbox(container, hostConfig, {
    rootfs,
    mounts: [],
    streams,
    cgroup: undefined,
    limits: {
      ulimits: hostConfig.Ulimits ?? [],
      sysctls: {},
      oomScoreAdj: 0,
      devices: [],
      visibleControllers: [],
    },
    namespaces: { hostNamespaces: ["pid", "ipc", "uts"] },
    security,
    network: "host",
    linkVariables: [],
  });
  placeHostFiles(rootfs, files);
  return { ...spec, chroot: true };
}

const isAny = (list: readonly unknown[] | null | undefined) => (list ?? []).length > 0;
const isShared = (mode: string) => donorOf(mode) !== undefined;

/** The options, and how it is seen that they were given. */
const unavailable: Readonly<Record<string, (hostConfig: HostConfig) => boolean>> = {
  "--volume": ({ Binds }) => isAny(Binds),
  "--mount": ({ Mounts }) => isAny(Mounts),
  "--tmpfs": ({ Tmpfs }) => Object.keys(Tmpfs ?? {}).length > 0,
  "--volumes-from": ({ VolumesFrom }) => isAny(VolumesFrom),
  "--read-only": ({ ReadonlyRootfs }) => ReadonlyRootfs,
  "--privileged": ({ Privileged }) => Privileged,
  "--device": ({ Devices }) => isAny(Devices),
  "--sysctl": ({ Sysctls }) => Object.keys(Sysctls ?? {}).length > 0,
  "--oom-score-adj": ({ OomScoreAdj }) => OomScoreAdj !== 0,
  "--pid": ({ PidMode }) => isShared(PidMode),
  "--ipc": ({ IpcMode }) => isShared(IpcMode),
  "--network": ({ NetworkMode }) => !["host", "default", "bridge"].includes(NetworkMode),
  "--publish": ({ PortBindings }) => Object.keys(PortBindings ?? {}).length > 0,
  "--userns": hasUserNamespace,
  "--cap-add": ({ CapAdd }) => {
    const added = { CapAdd: CapAdd?.filter((name) => name !== "ALL") ?? [], CapDrop: ["ALL"] };
    const wanted = capabilitiesOf({ ...added, Privileged: false }, ownCapabilities);
    return (wanted & ~ownCapabilities()) !== 0n;
  },
};
