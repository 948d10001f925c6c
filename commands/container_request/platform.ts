/** Platforms: `OS/ARCHITECTURE[/VARIANT]`, `OS` or `ARCHITECTURE`, in the words of the OCI. */
import { hostArchitecture } from "../../storage/image/config.ts";
import { UsageError } from "../cli/errors.ts";

const COMPONENT = /^[A-Za-z0-9_-]+$/;

/** What other names an architecture goes by, as in containerd's platforms package. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  "x86_64": "amd64",
  "x86-64": "amd64",
  "aarch64": "arm64",
  "i386": "386",
  "armhf": "arm/v7",
  "armel": "arm/v6",
};

const KNOWN_ARCHITECTURES = new Set([
  ...["386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle"],
  ...["ppc64", "ppc64le", "riscv64", "s390x", "wasm"],
]);

const KNOWN_SYSTEMS = new Set([
  ...["aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux"],
  ...["netbsd", "openbsd", "plan9", "solaris", "windows"],
]);

/** The whole name of a platform, such as `linux/amd64`. Throws a UsageError in Docker's words. */
export function normalizePlatform(specifier: string): string {
  const components = specifier.split("/");
  const refuse = (reason: string): never => {
    throw new UsageError(`error parsing specified platform: ${reason}: invalid argument`);
  };
  for (const component of components) {
    if (COMPONENT.test(component)) continue;
    refuse(
      `"${component}" is an invalid component of "${specifier}": ` +
        `platform specifier component must match "${COMPONENT.source}"`,
    );
  }
  const [first, second, variant] = components.map((component) => component.toLowerCase());
  if (components.length > 3) refuse(`"${specifier}": cannot parse platform specifier`);
  if (second !== undefined) return [first, withVariant(second, variant)].join("/");
  if (KNOWN_SYSTEMS.has(first)) return `${first}/${hostArchitecture}`;
  const architecture = withVariant(first, undefined);
  if (KNOWN_ARCHITECTURES.has(architecture.split("/")[0])) return `linux/${architecture}`;
  return refuse(`"${specifier}": unknown operating system or architecture`);
}

function withVariant(name: string, variant: string | undefined): string {
  const architecture = ARCHITECTURES[name] ?? name;
  // Every 64-bit ARM is a v8 unless it says something else.
  if (variant === undefined || (architecture === "arm64" && variant === "v8")) return architecture;
  return `${architecture}/${variant}`;
}
