/** --device: `HOST[:CONTAINER][:PERMISSIONS]`. */
import type { DeviceMapping } from "../../storage/container/resources.ts";
import { UsageError } from "../cli/errors.ts";
import { cleanPath } from "../../storage/paths.ts";

const DEFAULT_PERMISSIONS = "rwm";

/** Throws a UsageError in docker's words. */
export function deviceMappingOf(text: string): DeviceMapping {
  const words = text.split(":");
  if (words.length > 3 || words[0] === "") throw new UsageError(`bad format for path: ${text}`);
  const [source, ...rest] = words;
  const permissions = rest.length === 2 || isPermissions(rest[0] ?? "") ? rest.pop() : undefined;
  const target = rest[0] ?? source;
  if (permissions !== undefined && !isPermissions(permissions)) {
    throw new UsageError(`bad mode specified: ${permissions}`);
  }
  if (!target.startsWith("/")) throw new UsageError(`${target} is not an absolute path`);
  return {
    PathOnHost: source,
    PathInContainer: cleanPath(target),
    CgroupPermissions: permissions ?? DEFAULT_PERMISSIONS,
  };
}

/** Some of the letters, each once at most. */
function isPermissions(text: string): boolean {
  return /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length;
}
