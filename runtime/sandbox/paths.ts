/** Parts of /proc and /sys that docker hides from containers or makes read-only (moby: daemon/pkg/oci/defaults.go, 20.10). */

export const maskedPaths: readonly string[] = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
];

/** What later versions of docker hide as well, because of what it tells or lets happen. Kept out of hostconfig.json. */
export const alsoMaskedPaths: readonly string[] = [
  "/proc/interrupts",
  "/sys/devices/virtual/powercap",
];

export const readonlyPaths: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];
