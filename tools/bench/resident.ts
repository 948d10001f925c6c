/** The memory of what an engine leaves running beside its containers: daemons, monitors, shims, keepers. */

/**
 * 10^6 bytes that all processes have in memory which have a path in their command line or among their open files that begins with
 * `trace`, without those of containers, which have a mount namespace of their own. What processes share is theirs in parts
 * (PSS, proc_pid_smaps(5)).
 */
export function residentMemory(trace: string): number {
  const own = Deno.readLinkSync("/proc/self/ns/mnt");
  let kibibytes = 0;
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === Deno.pid) continue;
    try {
      if (Deno.readLinkSync(`/proc/${pid}/ns/mnt`) !== own || !bears(pid, trace)) continue;
      const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
      kibibytes += Number(rollup.match(/^Pss:\s*(\d+) kB$/m)![1]);
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
    }
  }
  return kibibytes * 1024 / 1e6;
}

function bears(pid: string, trace: string): boolean {
  if (Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(trace)) return true;
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${name}`).startsWith(trace);
    } catch (error) {
      if (isOutOfReach(error)) return false;
      throw error;
    }
  });
}

/** A process that has ended, a file that was closed, or what not even root may look at, which no engine has started. */
function isOutOfReach(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Error && /ESRCH|os error 3\b/.test(error.message);
}
