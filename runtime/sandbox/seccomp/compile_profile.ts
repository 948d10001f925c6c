/** From a profile to the bytes of a filter for this host. */

import { encode } from "./bpf.ts";
import { compileFilter } from "./compile.ts";
import { defaultProfile } from "./default_profile.ts";
import { parseProfile } from "./parse.ts";
import type { SeccompProfile } from "./profile.ts";
import { resolveProfile, type Target } from "./resolve.ts";

export function compileProfile(profile: SeccompProfile, target: Target): Uint8Array<ArrayBuffer> {
  return encode(compileFilter(resolveProfile(profile, target)));
}

export function compileDefault(capabilities: bigint): Uint8Array<ArrayBuffer> {
  return compileProfile(defaultProfile, hostTarget(capabilities));
}

/** Undefined for a profile that asks for nothing, as `{}`. */
export function compileText(
  text: string,
  capabilities: bigint,
): Uint8Array<ArrayBuffer> | undefined {
  const profile = parseProfile(text);
  if (profile.defaultAction === "" && profile.syscalls.length === 0) return undefined;
  return compileProfile(profile, hostTarget(capabilities));
}

function hostTarget(capabilities: bigint): Target {
  return { capabilities, architecture: Deno.build.arch, kernelVersion: Deno.osRelease() };
}
