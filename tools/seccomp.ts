/**
 * Compiles docker's default seccomp profile for docker's default capabilities, so that a container's start need not do it:
 * runtime/sandbox/seccomp/default_filter.ts.
 */
import { capabilityMask, defaultCapabilities } from "../runtime/sandbox/capabilities.ts";
import { compileProfile } from "../runtime/sandbox/seccomp/compile_profile.ts";
import { defaultProfile } from "../runtime/sandbox/seccomp/default_profile.ts";

const FILE = "runtime/sandbox/seccomp/default_filter.ts";

/** The text of the file. */
export function defaultFilterModule(): string {
  const capabilities = capabilityMask(defaultCapabilities);
  const filters = (["x86_64", "aarch64"] as const).map((architecture) => {
    // The default profile asks for no kernel.
    const target = { capabilities, architecture, kernelVersion: "" };
    const text = compileProfile(defaultProfile, target).toBase64();
    const lines = text.match(/.{1,96}/g)!.map((line) => `    "${line}"`);
    return `  ${architecture}:\n${lines.join(" +\n")},`;
  });
  return [
    "/** Made by tools/seccomp.ts: default_profile.ts for docker's default capabilities, compiled. */",
    "export const defaultFilters = {",
    ...filters,
    "} as const;\n",
  ].join("\n");
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL(`../${FILE}`, import.meta.url), defaultFilterModule());
}
