/** What containers leave on the host when something goes wrong, and how a test gets rid of it. */

import { createHash } from "node:crypto";
import { findProgram } from "./needs.ts";

/** Something on the host that should have gone with a container. */
export interface HostLeftover {
  kind: "mount" | "process" | "cgroup" | "interface" | "network namespace" | "nftables table";
  /** Mount point, pid, directory or name. */
  name: string;
  /** What tells whose it is: mount options, command line, environment. */
  detail: string;
}

export function describeLeftover({ kind, name, detail }: HostLeftover): string {
  return `${kind} ${name}${detail && ` (${detail})`}`.slice(0, 300);
}

/** Mounts, processes and cgroups on this host that name one of `marks`: a store's root, an id. */
export function hostLeftoversOf(marks: string[]): HostLeftover[] {
  const marked = (text: string) => marks.some((mark) => text.includes(mark));
  return [
    ...mounts().filter(({ name, detail }) => marked(name) || marked(detail)),
    ...processes(marked),
    ...cgroups().filter(({ name }) => marked(name)),
  ];
}

/** Bridges of a store: they have its path's digest in their names, or the id of one of its networks. */
export function interfacesOf(root: string): HostLeftover[] {
  const digest = createHash("sha256").update(root).digest("hex").slice(0, 8);
  const ids = entries(`${root}/network/files`).map(({ name }) => `br-${name.slice(0, 12)}`);
  const names = new Set([`box-${digest}`, ...ids]);
  return interfaces().filter(({ name }) => names.has(name))
    .map((found) => ({ ...found, detail: `of the store ${root}` }));
}

/**
 * What tests may leave that cannot be told to be one test's, to compare before and after all. `scratch` is the directory of
 * their temporary files.
 */
export async function hostState(scratch: string): Promise<HostLeftover[]> {
  return [
    ...hostLeftoversOf([`${scratch}/`]),
    ...cgroups().filter(({ name }) => /\bbox\b.*[0-9a-f]{64}/.test(name)),
    ...interfaces(),
    ...networkNamespaces(),
    ...await nftablesTables(),
  ];
}

/** Ends the processes, then deletes the interfaces, detaches the mounts and removes the cgroups. */
export async function removeLeftovers(leftovers: HostLeftover[]): Promise<void> {
  const names = (kind: HostLeftover["kind"]) =>
    leftovers.filter((leftover) => leftover.kind === kind).map(({ name }) => name);
  for (const pid of names("process")) {
    try {
      Deno.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  for (const name of names("interface")) {
    await new Deno.Command("ip", { args: ["link", "delete", name], stderr: "null" }).output()
      .catch(() => {});
  }
  // The last mount lies on top.
  for (const mountPoint of names("mount").reverse()) {
    await new Deno.Command("umount", { args: ["--lazy", mountPoint], stderr: "null" }).output();
  }
  for (const directory of names("cgroup").sort().reverse()) {
    await Deno.remove(directory).catch(() => {});
  }
}

/** proc_pid_mountinfo(5) of this process. */
function mounts(): HostLeftover[] {
  return Deno.readTextFileSync("/proc/self/mountinfo").trim().split("\n").map((line) => {
    const [before, after] = line.split(" - ");
    return { kind: "mount", name: unescapeMount(before.split(" ")[4]), detail: after };
  });
}

/** Blanks and backslashes are octal escapes there. */
function unescapeMount(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}

/** Processes that `marked` knows by what they run, where they are, or what their root is. */
function processes(marked: (text: string) => boolean): HostLeftover[] {
  const ownNamespace = link("/proc/self/ns/mnt");
  const found: HostLeftover[] = [];
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === Deno.pid) continue;
    const directory = `/proc/${pid}`;
    const commandLine = read(`${directory}/cmdline`).replaceAll("\0", " ").trim();
    // Half of all are the kernel's own. A process that has ended, and is not yet waited for, still has its cgroup.
    if (commandLine === "" && link(`${directory}/exe`) === "") {
      if (marked(read(`${directory}/cgroup`))) {
        found.push({ kind: "process", name: pid, detail: "" });
      }
      continue;
    }
    const traces = [
      commandLine,
      read(`${directory}/environ`),
      read(`${directory}/cgroup`),
      link(`${directory}/cwd`),
      link(`${directory}/root`),
    ];
    if (link(`${directory}/ns/mnt`) !== ownNamespace) traces.push(rootMount(directory));
    if (traces.some(marked)) found.push({ kind: "process", name: pid, detail: commandLine });
  }
  return found;
}

/**
 * The root mount of a process with mounts of its own. The others among its mounts prove nothing:
 * daemons that have nothing to do with us get copies of ours.
 */
function rootMount(directory: string): string {
  const isRoot = (line: string) => line.split(" ")[4] === "/";
  return read(`${directory}/mountinfo`).split("\n").findLast(isRoot) ?? "";
}

/** Every cgroup, of all hierarchies. */
function cgroups(directory = "/sys/fs/cgroup"): HostLeftover[] {
  const found: HostLeftover[] = [];
  for (const { name, isDirectory } of entries(directory)) {
    if (!isDirectory) continue;
    found.push({ kind: "cgroup", name: `${directory}/${name}`, detail: "" });
    found.push(...cgroups(`${directory}/${name}`));
  }
  return found;
}

function interfaces(): HostLeftover[] {
  return entries("/sys/class/net").map(({ name }) => ({ kind: "interface", name, detail: "" }));
}

function networkNamespaces(): HostLeftover[] {
  return entries("/run/netns").map(({ name }) => ({ kind: "network namespace", name, detail: "" }));
}

async function nftablesTables(): Promise<HostLeftover[]> {
  const nft = findProgram("nft");
  if (!nft) return [];
  const { stdout } = await new Deno.Command(nft, { args: ["list", "tables"] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean)
    .map((line) => ({ kind: "nftables table", name: line.replace("table ", ""), detail: "" }));
}

// What is listed in /proc and /sys may be gone, or not ours to see, a moment later.

function entries(directory: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(directory)];
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
