/** Where a container's control group is: a path below the root of each hierarchy. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { cleanPath } from "../../storage/paths.ts";
import { BOX_GROUP } from "../sandbox/group_directory.ts";

/** The group of a container whose file has been read. */
export function groupOf(
  { ID, BoxCgroupParent = BOX_GROUP }: Pick<ContainerFile, "ID" | "BoxCgroupParent">,
): string {
  return below(BoxCgroupParent, ID);
}

/** The same from what it was made with. */
export function groupIn(id: string, hostConfig: Pick<HostConfig, "CgroupParent">): string {
  return below(cgroupParent(hostConfig) ?? BOX_GROUP, id);
}

/** --cgroup-parent without slashes around it; undefined for box's own. As with runc, no `..` leads out of the hierarchy. */
export function cgroupParent(
  { CgroupParent }: Pick<HostConfig, "CgroupParent">,
): string | undefined {
  return CgroupParent ? cleanPath(`/${CgroupParent}`).slice(1) : undefined;
}

const below = (parent: string, id: string) => parent === "" ? id : `${parent}/${id}`;
