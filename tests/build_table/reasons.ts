/** Why peers do something else, where several Dockerfiles share the reason. What docker 20.10 has within is BuildKit 0.8. */

import type { DockerfileCase } from "./types.ts";

type Reasons = NonNullable<DockerfileCase["unlike"]>;

const all = (reason: string): Reasons => ({ classic: reason, buildkit: reason, buildah: reason });

export const heredocs = all("has no heredocs");

export const modifiers = all("knows no modifiers but :- and :+");

export const laterFlag = all("does not have this flag");

export const needsBuildKit: Reasons = { classic: "leaves this flag to BuildKit" };

const stub = "leaves the place of the mount in the layer; BuildKit does not since 0.12";
export const mountPoints: Reasons = { ...needsBuildKit, buildkit: stub };

export const primaryGroup: Reasons = {
  buildkit: "leaves out a user's own group among the others (CVE-2022-36109)",
};

export const shellOfCommands: Reasons = {
  buildah: "has /bin/sh in CMD and ENTRYPOINT, whatever SHELL says",
};

export const volumesAreMade: Reasons = { buildah: "makes the directories of volumes" };

export const lenient: Reasons = { buildah: "does not look at it" };

export const rawPorts: Reasons = { buildah: "takes ports as they are written" };

const other = "replaces a file by a directory, and the other way";
export const replaces: Reasons = { classic: other, buildah: other };

export const workdirIsRoots: Reasons = { classic: "gives the directories of WORKDIR to root" };

export const namesakeGroup: Reasons = {
  classic: "looks for a group with the user's name where none is given",
};

const undeclared = "has build arguments in the stage alone that declares them";
export const sharedArguments: Reasons = { classic: undeclared, buildah: undeclared };

export const archiveOwners = all("leaves the archive's own owners; BuildKit does not since 0.23");

export const nul = all("does not look for it");

export const checks = all("has no checks");

const directory = "makes a directory all the same";
export const intoDirectory: Reasons = { buildkit: directory, buildah: directory };
