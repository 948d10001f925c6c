/** The filter for a container: docker's default is at hand, any other is compiled. */

import { type Capability, capabilityMask, defaultCapabilities } from "../capabilities.ts";
import { defaultFilters } from "./default_filter.ts";

/** Those that the default profile asks for. */
export const relevantCapabilities: readonly Capability[] = [
  "DAC_READ_SEARCH",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_CHROOT",
  "SYS_MODULE",
  "SYS_PACCT",
  "SYS_PTRACE",
  "SYS_RAWIO",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "SYS_NICE",
  "SYSLOG",
  "BPF",
  "PERFMON",
];

const relevant = capabilityMask(relevantCapabilities);

/** An array of struct sock_filter. The default profile's makes no difference between other capabilities. */
export async function defaultFilter(capabilities: bigint): Promise<Uint8Array<ArrayBuffer>> {
  if ((capabilities & relevant) === (capabilityMask(defaultCapabilities) & relevant)) {
    return Uint8Array.fromBase64(defaultFilters[Deno.build.arch]);
  }
  const { compileDefault } = await import("./compile_profile.ts");
  return compileDefault(capabilities);
}

/**
 * The filter for a profile in docker's JSON; undefined for one that asks for nothing. Throws InvalidError, in docker's words,
 * for one that makes no filter.
 */
export async function customFilter(
  text: string,
  capabilities: bigint,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { compileText } = await import("./compile_profile.ts");
  return compileText(text, capabilities);
}
