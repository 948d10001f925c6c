/** Mounts that a container was asked to have: -v, --mount and --tmpfs, as hostconfig.json records them. */

import { AT, MS } from "../../ffi/constants.ts";
import { statIfExists } from "../../ffi/stat.ts";
import type { HostConfig, MountPoint, MountSpec } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import { cleanPath } from "../../storage/paths.ts";

/** Propagation words and what mount_setattr(2) calls them; a leading `r` makes them recursive. */
const propagations: Record<string, number> = {
  private: MS.PRIVATE,
  slave: MS.SLAVE,
  shared: MS.SHARED,
};

const DEFAULT_PROPAGATION = "rprivate";

/** MS_* of a propagation such as `rslave`. */
export function propagationFlag(propagation: string): number {
  return propagations[propagation.replace(/^r(?=private|slave|shared)/, "")] ?? MS.PRIVATE;
}

/** config.v2.json's MountPoints; throws InvalidError where two claim one place, or a source is missing. */
export function mountPointsOf(hostConfig: HostConfig): Record<string, MountPoint> {
  const points = [
    ...(hostConfig.Binds ?? []).map(mountPointOfBind),
    ...(hostConfig.Mounts ?? []).map(mountPointOfSpec),
  ];
  const targets = new Set(Object.keys(hostConfig.Tmpfs ?? {}).map(cleanPath));
  const table: Record<string, MountPoint> = {};
  for (const point of points) {
    if (table[point.Destination] || targets.has(point.Destination)) {
      throw new InvalidError(`Duplicate mount point: ${point.Destination}`);
    }
    table[point.Destination] = point;
  }
  return table;
}

/** `SOURCE:TARGET[:MODE]` */
export function mountPointOfBind(bind: string): MountPoint {
  const [source, target, mode = "", ...rest] = bind.split(":");
  const modes = mode.split(",").filter(Boolean);
  const known = /^(ro|rw|z|Z|nocopy|consistent|cached|delegated|r?(private|slave|shared))$/;
  if (!source || !target || rest.length > 0) {
    throw new InvalidError(`invalid volume specification: '${bind}'`);
  }
  if (!modes.every((word) => known.test(word))) throw new InvalidError(`invalid mode: ${mode}`);
  const Destination = checkTarget(target, `invalid volume specification: '${bind}': `);
  const ReadOnly = modes.includes("ro");
  const propagation = modes.find((word) => /^r?(private|slave|shared)$/.test(word));
  return {
    Source: cleanPath(source),
    Destination,
    RW: !ReadOnly,
    Name: "",
    Driver: "",
    Type: "bind",
    Relabel: mode,
    Propagation: propagation ?? DEFAULT_PROPAGATION,
    Spec: {
      Type: "bind",
      Source: cleanPath(source),
      Target: Destination,
      ...(ReadOnly && { ReadOnly }),
      ...(propagation && { BindOptions: { Propagation: propagation } }),
    },
    SkipMountpointCreation: false,
  };
}

function mountPointOfSpec(spec: MountSpec): MountPoint {
  const Destination = checkTarget(spec.Target, `invalid mount config for type "${spec.Type}": `);
  if (spec.Type === "bind") checkSource(spec.Source ?? "");
  return {
    Source: spec.Type === "bind" ? cleanPath(spec.Source ?? "") : "",
    Destination,
    RW: !spec.ReadOnly,
    Name: "",
    Driver: "",
    Type: spec.Type,
    ...(spec.Type === "bind" &&
      { Propagation: spec.BindOptions?.Propagation || DEFAULT_PROPAGATION }),
    Spec: spec,
    SkipMountpointCreation: spec.Type === "bind",
  };
}

/** With --mount a source must exist; -v makes it. */
function checkSource(source: string): void {
  const prefix = 'invalid mount config for type "bind": ';
  if (!source.startsWith("/")) {
    throw new InvalidError(`${prefix}invalid mount path: '${source}' mount path must be absolute`);
  }
  if (statIfExists(AT.FDCWD, source, true) === undefined) {
    throw new InvalidError(`${prefix}bind source path does not exist: ${source}`);
  }
}

function checkTarget(target: string, prefix: string): string {
  if (!target.startsWith("/")) {
    throw new InvalidError(`${prefix}invalid mount path: '${target}' mount path must be absolute`);
  }
  const clean = cleanPath(target);
  if (clean === "/") {
    throw new InvalidError(
      `${prefix}invalid mount config for type "bind": invalid specification: destination can't be '/'`
        .replace(/(invalid mount config for type "bind": )\1/, "$1"),
    );
  }
  return clean;
}
