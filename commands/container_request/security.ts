/** What --cap-add, --cap-drop, --group-add, --privileged, --security-opt and --userns ask for. */
import type { HostConfig } from "../../storage/container/config.ts";
import { UsageError } from "../cli/errors.ts";
import type { ContainerOptions } from "../container_options.ts";
import { readOrRefuse, type RequestSurroundings } from "./surroundings.ts";

type Security = Pick<
  HostConfig,
  | "CapAdd"
  | "CapDrop"
  | "GroupAdd"
  | "MaskedPaths"
  | "Privileged"
  | "ReadonlyPaths"
  | "SecurityOpt"
  | "UsernsMode"
>;

/** What is not asked for is not in the result. */
export function securityOf(
  options: ContainerOptions,
  readFile: RequestSurroundings["readFile"],
): Partial<Security> {
  const { privileged, "cap-add": capAdd, "cap-drop": capDrop, "group-add": groupAdd } = options;
  const userns = checkUserNamespace(options.userns ?? "");
  return {
    ...(capAdd.length > 0 && { CapAdd: [...capAdd] }),
    ...(capDrop.length > 0 && { CapDrop: [...capDrop] }),
    ...(groupAdd.length > 0 && { GroupAdd: [...groupAdd] }),
    ...(privileged && { Privileged: true }),
    ...securityOptionsOf(options["security-opt"], readFile),
    ...(userns && { UsernsMode: userns }),
  };
}

/** What --security-opt asks for. */
export function securityOptionsOf(
  options: readonly string[],
  readFile: RequestSurroundings["readFile"],
): Partial<Pick<Security, "SecurityOpt" | "MaskedPaths" | "ReadonlyPaths">> {
  const asked = options.map((option) => completeOption(option, readFile));
  // Docker's client asks for this in another way than as an option.
  const shown = asked.filter((option) => option !== "systempaths=unconfined");
  return {
    ...(asked.length > 0 && { SecurityOpt: shown }),
    ...(shown.length < asked.length && { MaskedPaths: [], ReadonlyPaths: [] }),
  };
}

/** The option with the profile that it names in its place. */
function completeOption(option: string, readFile: RequestSurroundings["readFile"]): string {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(option) ?? /^([^:]*):(.*)$/s.exec(option) ?? [];
  if (name === undefined && option !== "no-new-privileges") {
    throw new UsageError(`Invalid --security-opt: ${JSON.stringify(option)}`);
  }
  if (name !== "seccomp" || value === "unconfined") return option;
  return `seccomp=${compact(value, readProfile(value, readFile))}`;
}

function readProfile(path: string, readFile: RequestSurroundings["readFile"]): string {
  try {
    return new TextDecoder().decode(readOrRefuse(path, readFile));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`opening seccomp profile (${path}) failed: ${error.message}`);
  }
}

/** Without the white space between its words, which may not be changed. */
function compact(path: string, text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const isCutOff =
      /^(Unexpected end|Unterminated|Expected .* at position \d+ .*end)/.test(message) ||
      endsTooEarly(text);
    throw new UsageError(
      `compacting json for seccomp profile (${path}) failed: ` +
        (isCutOff ? "unexpected end of JSON input" : message),
    );
  }
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, word) => word ?? "");
}

/** V8 does not always say so. */
function endsTooEarly(text: string): boolean {
  return /[{[,:]\s*$|^\s*$/.test(text);
}

/** `auto` is podman's; what it can be told is for the engine to check. */
function checkUserNamespace(mode: string): string {
  if (/^(|host|private|auto(:.*)?)$/s.test(mode)) return mode;
  throw new UsageError("--userns: invalid USER mode");
}
