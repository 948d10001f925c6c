/** What a plan must know of the host that it will run on. */

import { AT } from "../../ffi/constants.ts";
import { isInUserNamespace } from "../../ffi/privilege.ts";
import { isDirectory, statIfExists } from "../../ffi/stat.ts";
import { readTextIfExists } from "../../storage/files.ts";
import type { HostFacts } from "./plan.ts";

/** The last capability of Linux 5.9, for a host that hides the file which tells it. */
const FALLBACK_LAST_CAPABILITY = 40;

/** Looks at the host's own /proc and /sys, which have the same files as those that the container is going to get. */
export function readHostFacts(kernelPaths: readonly string[]): HostFacts {
  const lastCapability = readTextIfExists("/proc/sys/kernel/cap_last_cap");
  const present = new Map<string, "file" | "directory">();
  for (const path of kernelPaths) {
    const stat = statIfExists(AT.FDCWD, path);
    if (stat) present.set(path, isDirectory(stat) ? "directory" : "file");
  }
  return {
    lastCapability: lastCapability ? Number(lastCapability) : FALLBACK_LAST_CAPABILITY,
    kernelPaths: present,
    ...isInUserNamespace() && {
      userNamespace: {
        deniesGroups: readTextIfExists("/proc/self/setgroups")?.startsWith("deny") ?? false,
      },
    },
  };
}

/** Bit mask of the capabilities that box has itself, and can give: proc_pid_status(5). */
export function ownCapabilities(): bigint {
  const status = readTextIfExists("/proc/self/status") ?? "";
  return BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
}
