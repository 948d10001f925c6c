/** Docker's client configuration, of which box reads what concerns terminals: ~/.docker/config.json. */
import type { RequestSurroundings } from "../container_request/surroundings.ts";
import { printError } from "../cli/output.ts";
import { parseDetachKeys } from "./detach_keys.ts";

type Surroundings = Pick<RequestSurroundings, "lookup" | "readFile">;

/**
 * The detach keys that --detach-keys says; where it says none, those of the configuration, which is not looked at otherwise.
 * Throws an InvalidError for what are none.
 */
export function detachKeysOf(option: string | undefined, surroundings: Surroundings): Uint8Array {
  return parseDetachKeys(option || configuredDetachKeys(surroundings) || "");
}

/**
 * `detachKeys` of the user's configuration file, if it says any. A file that cannot be read is only warned of, as Docker does.
 */
export function configuredDetachKeys(
  { lookup, readFile }: Surroundings,
  warn: (problem: string) => void = (problem) => printError(`WARNING: ${problem}`),
): string | undefined {
  const home = lookup("HOME");
  const directory = lookup("DOCKER_CONFIG") || (home && `${home}/.docker`);
  if (!directory) return undefined;
  const path = `${directory}/config.json`;
  try {
    const config: unknown = JSON.parse(new TextDecoder().decode(readFile(path)));
    if (typeof config !== "object" || config === null) throw new Error("it is no JSON object");
    const keys = "detachKeys" in config ? config.detachKeys : undefined;
    if (keys !== undefined && typeof keys !== "string") throw new Error("detachKeys is no text");
    return keys || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    const reason = error instanceof Error ? error.message : String(error);
    warn(`Error loading config file: ${path}: ${reason}`);
    return undefined;
  }
}
