/** What a root file system has besides programs. */

import type { ImageTree } from "./image_tree.ts";

const directories: readonly (readonly [path: string, mode: number])[] = [
  ["/dev", 0o755],
  ["/etc", 0o755],
  ["/home", 0o755],
  ["/proc", 0o755],
  ["/root", 0o700],
  ["/run", 0o755],
  ["/sys", 0o755],
  ["/tmp", 0o1777],
  ["/usr/bin", 0o755],
  ["/usr/lib", 0o755],
  ["/usr/local/bin", 0o755],
  ["/usr/sbin", 0o755],
  ["/var/tmp", 0o1777],
];

/** Directories of old that are symbolic links into /usr on most hosts; elsewhere they are what they always were. */
const mergedDirectories = ["/bin", "/lib", "/lib64", "/sbin"];

/** The user and group ids of `nobody` are what the kernel shows for whoever it cannot name. */
const files: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n" +
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
  "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
  "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

export function addSkeleton(tree: ImageTree): void {
  for (const path of mergedDirectories) {
    if (!tree.addFromHost(path) && path !== "/lib64") {
      tree.add(path, { type: "directory", mode: 0o755 });
    }
  }
  for (const [path, mode] of directories) tree.add(path, { type: "directory", mode });
  for (const [path, content] of Object.entries(files)) {
    tree.add(path, { type: "text", mode: 0o644, content });
  }
}
