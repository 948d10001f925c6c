/** /dev of a container with a user namespace of its own: no process in there may make a device node, so box makes them. */

import { MOUNT_ATTR, S } from "../../../ffi/constants.ts";
import { changeMode, changeOwner, close, makeDirectory, makeNode } from "../../../ffi/file.ts";
import { type IdMappings, OVERFLOW_ID, toHostId } from "../../../ffi/idmap.ts";
import { makeFileSystem } from "../../../ffi/mount.ts";
import { makeDevice, statIfExists } from "../../../ffi/stat.ts";
import { deviceNodes } from "../devices.ts";
import type { DeviceNode } from "../limits/spec.ts";
import { StartError } from "../start.ts";

/** A detached tmpfs with docker's nodes and those of --device, which belong to the container's users. */
export function makeDeviceTree(ids: IdMappings, devices: readonly DeviceNode[]): number {
  const uid = (id: number) => toHostId(ids.uidMappings, id) ?? OVERFLOW_ID;
  const gid = (id: number) => toHostId(ids.gidMappings, id) ?? OVERFLOW_ID;
  const owner = { uid: String(uid(0)), gid: String(gid(0)) };
  const tree = makeFileSystem({
    type: "tmpfs",
    options: { mode: "755", size: "65536k", ...owner },
    attributes: MOUNT_ATTR.NOSUID | MOUNT_ATTR.STRICTATIME,
  });
  try {
    const standard = deviceNodes.map(([name, major, minor]) => (
      { path: `/dev/${name}`, mode: S.IFCHR | 0o666, uid: 0, gid: 0, major, minor }
    ));
    const others = devices.filter(({ path }) => !standard.some((node) => node.path === path));
    for (const { path, mode, major, minor, ...owner } of [...standard, ...others]) {
      const name = nameBelowDev(path);
      for (const directory of parentsOf(name)) {
        if (statIfExists(tree, directory)) continue;
        makeDirectory(tree, directory, 0o755);
        changeOwner(tree, directory, uid(0), gid(0));
      }
      makeNode(tree, name, mode, makeDevice(major, minor));
      changeOwner(tree, name, uid(owner.uid), gid(owner.gid));
      changeMode(tree, name, mode & 0o7777); // without the umask
    }
    return tree;
  } catch (error) {
    close(tree);
    throw error;
  }
}

/** Nothing of the container is in the tree yet: its names lead where they say. */
function nameBelowDev(path: string): string {
  const name = /^\/dev\/(.+)$/.exec(path)?.[1];
  if (name !== undefined && !name.split("/").some((part) => ["", ".", ".."].includes(part))) {
    return name;
  }
  throw new StartError(
    `a device for a container with a user namespace must be below /dev: ${path}`,
    125,
  );
}

/** `a/b` and `a` of `a/b/c`, the shorter ones first. */
function parentsOf(name: string): string[] {
  const names = name.split("/").slice(0, -1);
  return names.map((_, i) => names.slice(0, i + 1).join("/"));
}
