/** --sysctl: kernel parameters of the container's own namespaces. */

import { AT, O } from "../../../ffi/constants.ts";
import { encodeName } from "../../../ffi/cstring.ts";
import type { SpawnProgram } from "../../../ffi/spawn/program.ts";

/** In /proc of the new root, which is freshly mounted, and not yet read-only. */
export function planSysctls(
  program: SpawnProgram,
  sysctls: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(sysctls)) {
    const path = pathOf(name), bytes = encodeName(value);
    const file = program.call("openat", [AT.FDCWD, path, O.WRONLY | O.CLOEXEC], {
      what: `open sysctl ${name}`,
    });
    program.call("write", [file, bytes, bytes.length], { what: `set sysctl ${name} to ${value}` });
    program.call("close", [file], { what: "close the sysctl" });
  }
}

/** A slash in a name is a dot in the file's, as in the name of an interface: sysctl(8). */
function pathOf(name: string): string {
  return "/proc/sys/" + name.replace(/[./]/g, (character) => character === "." ? "/" : ".");
}
