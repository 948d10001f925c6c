/**
 * The Debian packages that the tests use, installed where that is possible.
 *
 * box itself needs none of them. Whatever is missing afterwards only means skipped tests, which
 * say so.
 */

import { run } from "./command.ts";

/** Packages that stand or fall together: without one of them the same tests are skipped. */
export interface PackageGroup {
  /** What the tests need them for. */
  purpose: string;
  packages: string[];
}

export const testPackages: PackageGroup[] = [
  { purpose: "a small root file system", packages: ["busybox-static"] },
  { purpose: "a Debian root file system", packages: ["mmdebstrap"] },
  {
    purpose: "looking at what box leaves in archives and files",
    packages: ["tar", "gzip", "bzip2", "xz-utils", "zstd", "attr", "libcap2-bin", "jq", "python3"],
  },
  {
    purpose: "looking at what box does on the host",
    packages: ["bsdutils", "util-linux", "strace", "iproute2", "nftables", "procps"],
  },
  { purpose: "a file system without links and owners", packages: ["dosfstools"] },
  { purpose: "running code for aarch64", packages: ["qemu-user-static"] },
  { purpose: "a store shared with dockerd", packages: ["docker.io"] },
  { purpose: "images exchanged with podman", packages: ["podman", "crun"] },
  { purpose: "images exchanged with other tools", packages: ["skopeo", "umoci"] },
  { purpose: "push to and pull from a registry", packages: ["docker-registry", "openssl"] },
  { purpose: "published ports seen from outside", packages: ["curl"] },
  { purpose: "several users in an ordinary user's containers", packages: ["uidmap"] },
  { purpose: "an ordinary user's way to the outside", packages: ["passt", "slirp4netns"] },
  { purpose: "contexts of builds in git", packages: ["git"] },
];

/** Packages of `groups` that are not installed. */
export async function missingPackages(groups: PackageGroup[]): Promise<string[]> {
  const names = groups.flatMap((group) => group.packages);
  const { stdout } = await run("dpkg-query", [
    "--show",
    "--showformat=${Package} ${db:Status-Status}\n",
    ...names,
  ]);
  const installed = new Set(stdout.split("\n").filter((line) => line.endsWith(" installed")));
  return names.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Installs what is missing of `groups`, when this is Debian, the user is root, and
 * BOX_TEST_PACKAGES is not "no". A group that cannot be installed is reported in one line.
 */
export async function installPackages(groups: PackageGroup[]): Promise<void> {
  if (Deno.uid() !== 0 || Deno.env.get("BOX_TEST_PACKAGES") === "no") return;
  if (!await isProgram("apt-get") || !await isProgram("dpkg-query")) return;
  const missing = await missingPackages(groups);
  if (missing.length === 0) return;
  console.log(`installing for the tests: ${missing.join(" ")}`);
  await aptGet(["update"]);
  await withoutStartingServices(async () => {
    for (const { purpose, packages } of groups) {
      const wanted = packages.filter((name) => missing.includes(name));
      if (wanted.length === 0) continue;
      const problem = await aptGet(["install", "--yes", "--no-install-recommends", ...wanted]);
      if (problem) console.log(`cannot install ${wanted.join(" ")} (${purpose}): ${problem}`);
    }
  });
}

/** Runs apt-get without questions; undefined when it succeeds, else its first error. */
async function aptGet(args: string[]): Promise<string | undefined> {
  const { success, stderr } = await run(
    "apt-get",
    ["--quiet", "--quiet", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2", ...args],
    { env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" } },
  );
  if (success) return undefined;
  return stderr.split("\n").find((line) => line.startsWith("E: ")) ?? stderr;
}

/**
 * Keeps package scripts from starting daemons while `install` runs, the way Debian provides for:
 * invoke-rc.d(8) asks /usr/sbin/policy-rc.d, and 101 forbids. An administrator's own policy stays.
 */
async function withoutStartingServices(install: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d";
  try {
    await Deno.writeTextFile(policy, "#!/bin/sh\nexit 101\n", { createNew: true, mode: 0o755 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return await install();
    throw error;
  }
  try {
    await install();
  } finally {
    await Deno.remove(policy);
  }
}

async function isProgram(name: string): Promise<boolean> {
  return (await run("sh", ["-c", `command -v ${name}`])).success;
}
