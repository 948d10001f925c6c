/** What a test needs of the machine. Each returns why it is not there, or undefined. */

export type Need = () => string | undefined;

export const root: Need = () => Deno.uid() === 0 ? undefined : "not root";

/** For what runs in the test's own process: with the compiled program it would only be done once more. */
export const source: Need = () =>
  Deno.env.has("BOX_BINARY") ? "done with the source, in one process" : undefined;

/** A program in PATH. */
export function program(name: string): Need {
  return () => findProgram(name) ? undefined : `no ${name} here`;
}

/** A user of the host by name, to run box without privileges. */
export function user(name: string): Need {
  return () => findUser(name) ? undefined : `no user ${name} here`;
}

/** A file system that the kernel knows. */
export function fileSystem(type: string): Need {
  return () => {
    const known = readSetting("/proc/filesystems")?.split("\n").map((line) => line.split("\t")[1]);
    return known?.includes(type) ? undefined : `no file system ${type} here`;
  };
}

/** Unprivileged user namespaces. */
export const userNamespaces: Need = () => {
  const limit = readSetting("/proc/sys/user/max_user_namespaces");
  const debian = readSetting("/proc/sys/kernel/unprivileged_userns_clone");
  return limit === "0" || debian === "0" ? "no unprivileged user namespaces" : undefined;
};

/** A controller that new cgroups can be given limits of, in either version of cgroups. */
export function cgroupController(name: string): Need {
  return () => {
    const unified = readSetting("/sys/fs/cgroup/cgroup.controllers");
    const enabled = unified === undefined
      ? exists(`/sys/fs/cgroup/${name}/tasks`)
      : unified.split(" ").includes(name);
    return enabled ? undefined : `no cgroup controller ${name}`;
  };
}

export const cgroupV2: Need = () =>
  exists("/sys/fs/cgroup/cgroup.controllers") ? undefined : "no cgroup v2";

/** Path of a program in the `preferred` directories, or else in PATH. */
export function findProgram(name: string, preferred: string[] = []): string | undefined {
  const path = (Deno.env.get("PATH") ?? "").split(":").concat("/usr/sbin", "/sbin");
  return [...preferred, ...path].map((directory) => `${directory}/${name}`).find(exists);
}

export interface User {
  name: string;
  uid: number;
  gid: number;
}

/** A user of /etc/passwd. */
export function findUser(name: string): User | undefined {
  const line = Deno.readTextFileSync("/etc/passwd").split("\n").find((line) =>
    line.startsWith(`${name}:`)
  );
  if (!line) return undefined;
  const [, , uid, gid] = line.split(":");
  return { name, uid: Number(uid), gid: Number(gid) };
}

function readSetting(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
