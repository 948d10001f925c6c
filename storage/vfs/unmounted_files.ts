/**
 * What is mounted over a container's files wherever mounting is permitted, and lies among them where it is not: names and
 * addresses of the host, and devices. It is no change of the container's, and goes into no image.
 */

/** Files that box writes anew at each start. */
export const hostFiles = ["hosts", "hostname", "resolv.conf"] as const;

/** The nodes of /dev, as runtime/sandbox/devices.ts has them, and the links beside them. */
export const deviceNames: readonly string[] = [
  "null",
  "zero",
  "full",
  "random",
  "urandom",
  "tty",
  "fd",
  "stdin",
  "stdout",
  "stderr",
];

const own = new Set([
  ...hostFiles.map((name) => `/etc/${name}`),
  ...deviceNames.map((name) => `/dev/${name}`),
]);

/** Whether a path of a container is the host's to write. */
export function isHostsOwn(path: string): boolean {
  return own.has(path);
}
