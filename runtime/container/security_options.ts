/** --security-opt, as docker's daemon reads it (moby: daemon/daemon_unix.go, parseSecurityOpt). */

import { InvalidError } from "../../storage/errors.ts";

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** A profile in docker's JSON, or `unconfined`; empty for the default. */
  readonly seccompProfile: string;
  /** Empty for none in particular. */
  readonly appArmorProfile: string;
}

/** Go's strconv.ParseBool. */
const booleans: Record<string, boolean> = Object.fromEntries([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true]),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false]),
]);

/** The last of a kind counts. Throws InvalidError, in docker's words. */
export function parseSecurityOptions(options: readonly string[] | null): SecurityOptions {
  let noNewPrivileges = false, seccompProfile = "", appArmorProfile = "";
  for (const option of options ?? []) {
    // SELinux labels are docker's to apply where its daemon is told to, which by default it is not.
    if (option === "disable") continue;
    if (option === "no-new-privileges") {
      noNewPrivileges = true;
      continue;
    }
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(option) ?? /^([^:]*):(.*)$/s.exec(option) ?? [];
    if (name === undefined) {
      throw new InvalidError(`invalid --security-opt 1: ${JSON.stringify(option)}`);
    }
    const invalid = new InvalidError(`invalid --security-opt 2: ${JSON.stringify(option)}`);
    switch (name) {
      case "label":
        break;
      case "seccomp":
        seccompProfile = value;
        break;
      case "apparmor":
        appArmorProfile = value;
        break;
      case "no-new-privileges":
        if (booleans[value] === undefined) throw invalid;
        noNewPrivileges = booleans[value];
        break;
      default:
        throw invalid;
    }
  }
  return { noNewPrivileges, seccompProfile, appArmorProfile };
}
