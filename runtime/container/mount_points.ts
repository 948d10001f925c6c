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

/**
 * config.v2.json's MountPoints; throws InvalidError where two claim one place, or a source is missing. Volumes without a name
 * have none yet, and what volumes there are is not looked at: see runtime/volume/new_container.ts.
 */
export function mountPointsOf(hostConfig: HostConfig): Record<string, MountPoint> {
  const points = [
    ...(hostConfig.Binds ?? []).map((bind) => mountPointOfBind(bind, hostConfig.VolumeDriver)),
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

/** The words of a mode by family; a mode has one of each at most. */
const modeFamilies = [
  ["ro", "rw"],
  ["z", "Z"],
  ["consistent", "cached", "delegated"],
  ["nocopy"],
  ["private", "rprivate", "shared", "rshared", "slave", "rslave"],
];

/** Whether a text is the mode of a -v. An empty one is a mode, too. */
export function isMode(text: string): boolean {
  if (text === "") return true;
  const families = text.split(",")
    .map((word) => modeFamilies.findIndex((words) => words.includes(word)));
  return !families.includes(-1) && new Set(families).size === families.length;
}

/** `SOURCE:TARGET[:MODE]`: a path of the host, or the name of a volume, as docker's daemon reads it. */
export function mountPointOfBind(bind: string, volumeDriver = ""): MountPoint {
  const [source, target, mode, ...rest] = bind.split(":");
  const invalid = `invalid volume specification: '${bind}'`;
  if (!source || target === undefined || rest.length > 0 || mode === undefined && isMode(target)) {
    throw new InvalidError(invalid);
  }
  const modes = (mode ?? "").split(",");
  if (!isMode(mode ?? "")) throw new InvalidError(`invalid mode: ${mode}`);
  const Type = source.startsWith("/") ? "bind" : "volume";
  const Destination = checkTarget(target, `${invalid}: `, Type);
  const propagation = modes.find((word) => /^r?(private|slave|shared)$/.test(word));
  const refuse = (field: string): never => {
    const prefix = `${invalid}: invalid mount config for type "${Type}"`;
    throw new InvalidError(`${prefix}: field ${field} must not be specified`);
  };
  if (Type === "bind" && modes.includes("nocopy")) refuse("VolumeOptions");
  if (Type === "volume" && propagation) refuse("BindOptions");
  const volumeOptions = Type === "volume" && {
    ...(modes.includes("nocopy") && { NoCopy: true }),
    ...(volumeDriver && { DriverConfig: { Name: volumeDriver } }),
  };
  const spec: MountSpec = {
    Type,
    Source: Type === "bind" ? cleanPath(source) : source,
    Target: Destination,
    ...(modes.includes("ro") && { ReadOnly: true }),
    ...(propagation && { BindOptions: { Propagation: propagation } }),
    ...(volumeOptions && Object.keys(volumeOptions).length > 0 && { VolumeOptions: volumeOptions }),
  };
  return mountPoint(spec, mode ?? "", false);
}

function mountPointOfSpec(spec: MountSpec): MountPoint {
  const prefix = `invalid mount config for type "${spec.Type}": `;
  const Target = checkTarget(spec.Target, prefix, spec.Type);
  if (spec.Type === "bind") checkSource(spec.Source ?? "");
  if (spec.Type === "volume" && !spec.Source && spec.ReadOnly) {
    throw new InvalidError(`${prefix}must not set ReadOnly mode when using anonymous volumes`);
  }
  return mountPoint({ ...spec, Target }, undefined, spec.Type === "bind");
}

/** `mode` as it was given with -v; undefined for --mount. */
function mountPoint(
  spec: MountSpec,
  mode: string | undefined,
  SkipMountpointCreation: boolean,
): MountPoint {
  const { Type, Source = "", Target: Destination, ReadOnly } = spec;
  const isBind = Type === "bind", isVolume = Type === "volume";
  // Docker's default for volumes.
  const Relabel = isVolume ? mode || "z" : mode;
  return {
    Source: isBind ? cleanPath(Source) : "",
    Destination,
    RW: !ReadOnly,
    Name: isVolume ? Source : "",
    Driver: isVolume ? "local" : "",
    Type,
    ...(Relabel !== undefined && { Relabel }),
    ...(isBind && { Propagation: spec.BindOptions?.Propagation || DEFAULT_PROPAGATION }),
    Spec: spec,
    SkipMountpointCreation,
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

function checkTarget(target: string, context: string, type: MountSpec["Type"]): string {
  const config = `invalid mount config for type "${type}": `;
  const prefix = context.endsWith(config) ? context : context + config;
  if (!target.startsWith("/")) {
    throw new InvalidError(`${prefix}invalid mount path: '${target}' mount path must be absolute`);
  }
  const clean = cleanPath(target);
  if (clean === "/") {
    throw new InvalidError(`${prefix}invalid specification: destination can't be '/'`);
  }
  return clean;
}
