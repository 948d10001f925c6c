/** What is wrong with a profile of the user's, before there is a container. */

import { compileText } from "./compile_profile.ts";
import { parseProfile } from "./parse.ts";
import { foreignSyscalls, syscallNumbers } from "./syscall_numbers.ts";

const ALL_CAPABILITIES = ~0n;

/** Throws InvalidError, in docker's words. Returns a warning for system calls that there are nowhere: they are passed over. */
export function checkProfile(text: string): string[] {
  for (const capabilities of [0n, ALL_CAPABILITIES]) compileText(text, capabilities);
  const names = parseProfile(text).syscalls.flatMap(({ names }) => names);
  const unknown = [...new Set(names.filter((name) => !isKnown(name)))];
  if (unknown.length === 0) return [];
  return [`seccomp profile: unknown system calls are ignored: ${unknown.join(", ")}`];
}

function isKnown(name: string): boolean {
  return foreignSyscalls.has(name) ||
    (["X86_64", "X86", "X32", "AARCH64"] as const).some((each) => syscallNumbers(each).has(name));
}
