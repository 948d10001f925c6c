/** Platforms: `linux/amd64`, `linux/arm/v7`, `arm64` (OCI image index, platform; containerd's platforms package). */

import { InvalidError } from "../../../storage/errors.ts";
import type { Platform } from "./types.ts";

const SYSTEMS = ["linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "wasip1", "js"];

/** Other names that architectures are known by, and the variants these stand for. */
const ALIASES: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  aarch64: ["arm64"],
  armel: ["arm", "v6"],
  armhf: ["arm", "v7"],
  i386: ["386"],
  x86_64: ["amd64"],
  "x86-64": ["amd64"],
};

const ARCHITECTURES = [
  ...["386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle"],
  ...["ppc64", "ppc64le", "riscv64", "s390x", "wasm"],
];

/** Reads a platform; an architecture alone is one of Linux. Throws InvalidError. */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split("/");
  for (const part of parts) {
    if (/^[a-z0-9_.-]+$/.test(part)) continue;
    throw new InvalidError(
      `${JSON.stringify(part)} is an invalid component of ${JSON.stringify(text)}`,
    );
  }
  if (parts.length > 3) {
    throw new InvalidError(`${JSON.stringify(text)}: cannot parse platform specifier`);
  }
  const [first, second, variant] = parts;
  if (second !== undefined) return platformOf(first, second, variant);
  if (Object.hasOwn(ALIASES, first) || ARCHITECTURES.includes(first)) {
    return platformOf("linux", first);
  }
  if (SYSTEMS.includes(first)) return { os: first, architecture: "amd64" };
  throw new InvalidError(`${JSON.stringify(text)}: unknown operating system or architecture`);
}

function platformOf(os: string, name: string, givenVariant?: string): Platform {
  const [architecture, impliedVariant] = Object.hasOwn(ALIASES, name) ? ALIASES[name] : [name];
  const variant = givenVariant ?? impliedVariant;
  // Those are what the architecture alone means.
  if (variant === undefined || (architecture === "arm64" && variant === "v8")) {
    return { os, architecture };
  }
  return { os, architecture, variant };
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return `${os}/${architecture}${variant ? `/${variant}` : ""}`;
}
