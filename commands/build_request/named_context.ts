/** --build-context NAME=VALUE: further contexts, which can be images. */
import { contextName } from "../../runtime/build/frontend/stage_sources.ts";
import type { NamedContext } from "../../runtime/build/solver/request.ts";
import { isContentDigest } from "../../storage/digest.ts";
import { CliError, UsageError } from "../cli/errors.ts";
import { parseRepository } from "./inputs.ts";

export function parseNamedContext(text: string): [string, NamedContext] {
  const equals = text.indexOf("="), value = text.slice(equals + 1);
  if (equals <= 0 || value === "") {
    throw new CliError(`invalid context value: ${text}, expected key=value`);
  }
  return [contextName(text.slice(0, equals).toLowerCase()), contextOf(value)];
}

function contextOf(value: string): NamedContext {
  const reference = parseRepository(value);
  if (reference !== undefined) return { kind: "git", reference };
  const [, scheme, rest] = /^([a-z-]+):\/\/(.*)$/s.exec(value) ?? [];
  if (scheme === undefined) return { kind: "directory", path: value };
  if (scheme === "docker-image") return { kind: "image", reference: rest };
  if (scheme === "oci-layout") return layoutOf(rest);
  throw new UsageError(
    `--build-context ${value} is not supported yet: box takes directories, repositories, docker-image:// and oci-layout://`,
  );
}

/** `PATH[:TAG][@DIGEST]` */
function layoutOf(text: string): NamedContext {
  const at = text.indexOf("@"), digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isContentDigest(digest)) {
    throw new CliError(`invalid digest ${digest}`);
  }
  const [, path, tag] = /^(.*?)(?::([\w.-]+))?$/s.exec(at < 0 ? text : text.slice(0, at))!;
  return { kind: "layout", path, choice: { ...(tag && { tag }), ...(digest && { digest }) } };
}
