/** From the options about mounts and volumes to what the engine is asked for. */
import type { HostConfig } from "../../storage/container/config.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import type { OptionValues } from "../cli/options.ts";
import type { volumeOptions } from "../container_options/volumes.ts";
import { tmpfsOf } from "./checks.ts";
import { mountSpecOf } from "./mount.ts";

interface RequestedVolumes {
  readonly config: Partial<Pick<ContainerConfig, "Volumes">>;
  readonly hostConfig:
    & Pick<HostConfig, "Binds">
    & Partial<Pick<HostConfig, "Mounts" | "Tmpfs" | "VolumeDriver" | "VolumesFrom">>;
}

/** `workingDirectory` is where a source begins that is `.` or starts with `./`. */
export function volumesOf(
  options: OptionValues<typeof volumeOptions>,
  workingDirectory: () => string,
): RequestedVolumes {
  const { mount, tmpfs, volume } = options;
  // As Docker's client reads it: a path alone is an anonymous volume.
  const binds = volume.filter(hasSource), anonymous = volume.filter((each) => !hasSource(each));
  const Volumes = Object.fromEntries(anonymous.map((path) => [path, {}]));
  const driver = options["volume-driver"], from = options["volumes-from"];
  return {
    config: anonymous.length > 0 ? { Volumes } : {},
    hostConfig: {
      Binds: binds.length > 0 ? binds.map((bind) => fromHere(bind, workingDirectory)) : null,
      ...(mount.length > 0 && { Mounts: mount.map(mountSpecOf) }),
      ...(tmpfs.length > 0 && { Tmpfs: tmpfsOf(tmpfs) }),
      ...(driver && { VolumeDriver: driver }),
      ...(from.length > 0 && { VolumesFrom: [...from] }),
    },
  };
}

/** What has no path at all is for the engine to refuse. */
const hasSource = (specification: string) => specification.includes(":") || specification === "";

function fromHere(bind: string, workingDirectory: () => string): string {
  return /^\.\.?(\/|:)/.test(bind) ? `${workingDirectory()}/${bind}` : bind;
}
