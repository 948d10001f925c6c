/** Single values of a container's request that Docker's daemon checks. */
import { SIGNALS } from "../../ffi/constants.ts";
import { InvalidError } from "../../storage/errors.ts";
import { cleanPath } from "../../storage/paths.ts";

/** Bytes in a host name at most (__NEW_UTS_LEN of the kernel's utsname.h). */
const LONGEST_HOSTNAME = 64;

const LAST_SIGNAL = 64;

/** Second names that signal(7) has for some signals. */
const SIGNAL_ALIASES = ["SIGCLD", "SIGIOT", "SIGPOLL"];

/** Real-time signals are counted from the first and from the last. */
const REAL_TIME_SIGNAL = /^SIGRTM(?:IN(?:\+(?:[1-9]|1[0-5]))?|AX(?:-(?:[1-9]|1[0-4]))?)$/;

/** Throws an Error for a host name that the kernel or /etc/hosts cannot hold. */
export function validateHostname(name: string): void {
  if (new TextEncoder().encode(name).length > LONGEST_HOSTNAME) {
    throw new Error(`a host name has at most ${LONGEST_HOSTNAME} bytes`);
  }
  // deno-lint-ignore no-control-regex -- these are what it looks for
  if (/[\s\x00-\x1f\x7f]/.test(name)) {
    throw new Error("a host name has no blanks and no control characters");
  }
}

/** Passes on the name or number of a signal. Throws an InvalidError for what is none. */
export function checkSignal(signal: string): string {
  const known = /^[+-]?\d+$/.test(signal)
    ? Number(signal) >= 1 && Number(signal) <= LAST_SIGNAL
    : isSignalName(signal.toUpperCase().replace(/^(?!SIG)/, "SIG"));
  if (!known) throw new InvalidError(`Invalid signal: ${signal}`);
  return signal;
}

/** The working directory, made plain. Throws an InvalidError unless it is absolute. */
export function checkWorkingDirectory(path: string): string {
  if (!path.startsWith("/")) {
    throw new InvalidError(
      `the working directory '${path}' is invalid, it needs to be an absolute path`,
    );
  }
  return cleanPath(path);
}

/** --tmpfs `PATH[:OPTIONS]`, path by path. Throws an InvalidError for a path that cannot be. */
export function tmpfsOf(specifications: readonly string[]): Record<string, string> {
  return Object.fromEntries(specifications.map((specification) => {
    const path = specification.split(":", 1)[0];
    if (!path.startsWith("/")) {
      throw new InvalidError(`invalid mount path: '${path}' mount path must be absolute`);
    }
    if (cleanPath(path) === "/") {
      throw new InvalidError("invalid specification: destination can't be '/'");
    }
    return [path, specification.slice(path.length + 1)];
  }));
}

function isSignalName(name: string): boolean {
  return name in SIGNALS || SIGNAL_ALIASES.includes(name) || REAL_TIME_SIGNAL.test(name);
}
