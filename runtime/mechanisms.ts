/** By which of the kernel's mechanisms containers are made here, and why not by others. */

import { AT, O } from "../ffi/constants.ts";
import { openAt, withFd } from "../ffi/file.ts";
import { CAP, isCapable, isInUserNamespace, type Means, probeMeans } from "../ffi/privilege.ts";
import { isReadonlyMount } from "../ffi/stat.ts";
import { whyNoOverlays } from "../storage/driver/choose.ts";
import type { Store } from "../storage/store.ts";
import { probeCgroups } from "./sandbox/cgroup.ts";

export interface Mechanism {
  /** What it is for. */
  readonly Name: string;
  readonly Uses: string;
  /** Why nothing better is used; empty where there is nothing better. */
  readonly Why: string;
}

/** Asks the kernel, and changes nothing; costs a process where box may not mount. The store need not exist. */
export async function describeMechanisms(store: Store): Promise<Mechanism[]> {
  const means = await probeMeans();
  return [
    describeStorage(store),
    describeNamespaces(means),
    describeNetworks(means),
    describeGroups(),
    describeSeccomp(means),
  ];
}

function describeStorage(store: Store): Mechanism {
  const why = store.driver === "overlay2"
    ? ""
    : `no overlay2: ${whyNoOverlays(store.root) ?? "the store has been made with this driver"}`;
  return { Name: "storage", Uses: store.driver, Why: why };
}

function describeNamespaces(means: Means): Mechanism {
  const Name = "isolation";
  switch (means.kind) {
    case "own":
      return isInUserNamespace()
        ? { Name, Uses: "namespaces in a user namespace", Why: "box is not run by the host's root" }
        : { Name, Uses: "namespaces", Why: "" };
    case "user namespace":
      return { Name, Uses: "namespaces in a user namespace", Why: "mounting is not permitted" };
    case "none":
      return { Name, Uses: "chroot", Why: `no namespaces: ${means.why}` };
  }
}

function describeNetworks({ kind }: Means): Mechanism {
  const Name = "network";
  if (kind === "none") return { Name, Uses: "host", Why: "no bridge, no none: no namespaces" };
  if (isInUserNamespace()) {
    return { Name, Uses: "host, none", Why: "no bridge: it takes the host's root" };
  }
  if (kind === "own" && !isCapable(CAP.NET_ADMIN)) {
    return { Name, Uses: "host, none", Why: "no bridge: no CAP_NET_ADMIN" };
  }
  return { Name, Uses: "bridge, host, none", Why: "" };
}

function describeGroups(): Mechanism {
  const Name = "control groups", cgroups = probeCgroups();
  if (cgroups === undefined) {
    return { Name, Uses: "none", Why: "neither cgroup v2 nor the freezer of v1 is mounted" };
  }
  const { version, mountPoint } = cgroups;
  const isReadOnly = withFd(openAt(AT.FDCWD, mountPoint, O.PATH | O.DIRECTORY), isReadonlyMount);
  return isReadOnly
    ? { Name, Uses: "none", Why: `${mountPoint} is read-only` }
    : { Name, Uses: `v${version}`, Why: "" };
}

function describeSeccomp({ kind }: Means): Mechanism {
  return kind === "none"
    ? { Name: "seccomp", Uses: "default profile, no_new_privs", Why: "no CAP_SYS_ADMIN" }
    : { Name: "seccomp", Uses: "default profile", Why: "" };
}
