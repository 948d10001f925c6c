/** What box is and what it is made of. */

import { readTextIfExists } from "../storage/files.ts";
import { hostArchitecture } from "../storage/image/config.ts";
import { BOX_VERSION } from "../storage/version.ts";

/** The version of docker's API whose behaviour box has, that of docker 20.10. */
const API_VERSION = "1.41";

/** docker's types.Version, in its order. */
export interface SystemVersion {
  readonly Platform: { readonly Name: string };
  readonly Components: readonly ComponentVersion[];
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion: string;
  readonly GitCommit: string;
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion: string;
  readonly BuildTime: string;
}

export interface ComponentVersion {
  readonly Name: string;
  readonly Version: string;
  readonly Details: Readonly<Record<string, string>>;
}

/** The facts that docker has of itself and box does not, its commit and its Go, are empty. */
export function systemVersion(): SystemVersion {
  const engine = {
    ApiVersion: API_VERSION,
    MinAPIVersion: API_VERSION,
    Os: "linux",
    Arch: hostArchitecture,
    KernelVersion: kernelVersion(),
  };
  return {
    Platform: { Name: "" },
    Components: [
      { Name: "Engine", Version: BOX_VERSION, Details: { ...engine, Experimental: "false" } },
      { Name: "Deno", Version: Deno.version.deno, Details: {} },
      { Name: "V8", Version: Deno.version.v8, Details: {} },
    ],
    Version: BOX_VERSION,
    ...engine,
    GitCommit: "",
    GoVersion: "",
    BuildTime: "",
  };
}

/** As `uname -r` says it. */
export function kernelVersion(): string {
  return readTextIfExists("/proc/sys/kernel/osrelease")?.trim() ?? "";
}
