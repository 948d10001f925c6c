/** From a container's settings to what its processes may do. */

import type { HostConfig } from "../../storage/container/config.ts";
import { readTextIfExists } from "../../storage/files.ts";
import { capabilitiesOf, checkCapabilities } from "../sandbox/capability_changes.ts";
import { ownCapabilities } from "../sandbox/host.ts";
import { customFilter, defaultFilter } from "../sandbox/seccomp/filter.ts";
import type { SandboxSecurity } from "../sandbox/security.ts";
import { parseSecurityOptions } from "./security_options.ts";

type Settings = Pick<HostConfig, "CapAdd" | "CapDrop" | "Privileged" | "SecurityOpt">;

/** Throws InvalidError, in docker's words, for settings that make no container. Returns warnings. */
export async function verifySecurity(settings: Settings): Promise<string[]> {
  checkCapabilities(settings);
  const { seccompProfile } = parseSecurityOptions(settings.SecurityOpt);
  if (!isCustom(seccompProfile)) return [];
  const { checkProfile } = await import("../sandbox/seccomp/check.ts");
  return checkProfile(seccompProfile);
}

/** What a container's processes may do. */
export async function securityOf(settings: Settings): Promise<SandboxSecurity> {
  const options = parseSecurityOptions(settings.SecurityOpt);
  const capabilities = capabilitiesOf(settings, ownCapabilities);
  const privileged = settings.Privileged && await import("../sandbox/host_devices.ts");
  return {
    capabilities,
    noNewPrivileges: options.noNewPrivileges,
    seccompFilter: await filterOf(options.seccompProfile, settings.Privileged, capabilities),
    appArmorProfile: options.appArmorProfile === "" || !hasAppArmor()
      ? undefined
      : options.appArmorProfile,
    ...(privileged && { hostDevices: privileged.readHostDevices() }),
  };
}

/** What a program may do that is executed in the container later. `privileged`: it has all the capabilities that box has. */
export async function execSecurity(
  settings: Settings,
  privileged: boolean,
): Promise<SandboxSecurity> {
  const { hostDevices: _, ...security } = await securityOf(settings);
  if (!privileged) return security;
  // The filter remains the container's: it is the same in docker.
  return { ...security, capabilities: ownCapabilities(), appArmorProfile: undefined };
}

/** A privileged container has a filter only if it is asked for. */
async function filterOf(
  profile: string,
  isPrivileged: boolean,
  capabilities: bigint,
): Promise<Uint8Array | undefined> {
  if (isCustom(profile)) return await customFilter(profile, capabilities);
  const isConfined = profile === "" && !isPrivileged;
  return isConfined ? await defaultFilter(capabilities) : undefined;
}

function isCustom(profile: string): boolean {
  return profile !== "" && profile !== "unconfined";
}

/** Where there is no AppArmor, docker says nothing of a profile that is asked for. */
export function hasAppArmor(): boolean {
  return readTextIfExists("/sys/module/apparmor/parameters/enabled")?.startsWith("Y") ?? false;
}
