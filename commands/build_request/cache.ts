/** --cache-from and --cache-to: other places where it is kept what steps have led to. */
import type { CacheOrigin, CacheTarget } from "../../runtime/build/solver/request.ts";
import { CliError, UsageError } from "../cli/errors.ts";
import { parseFields } from "./fields.ts";

/** `IMAGE[,IMAGE...]`, `type=local,src=PATH` or `type=registry,ref=NAME`. */
export function parseCacheFrom(text: string): CacheOrigin[] {
  if (!text.includes("=")) {
    return text.split(",").map((reference) => ({ kind: "image", reference }));
  }
  const fields = fieldsOf("--cache-from", text, { local: ["src"], registry: ["ref"] });
  if (fields.type === "registry") return [{ kind: "registry", reference: referenceIn(fields) }];
  if (!fields.src) throw new CliError("src is required for the local cache");
  return [{ kind: "local", path: fields.src }];
}

/** `type=inline`, `type=local,dest=PATH[,mode=min|max]`, `type=registry,ref=NAME[,mode=min|max]`, or NAME alone. */
export function parseCacheTo(text: string): CacheTarget {
  if (!text.includes("=")) return { kind: "registry", reference: text, isAll: false };
  const fields = fieldsOf("--cache-to", text, {
    inline: ["mode"],
    local: ["dest", "mode"],
    registry: ["ref", "mode"],
  });
  const { type, dest, mode = "min" } = fields;
  if (mode !== "min" && mode !== "max") throw new CliError(`invalid cache mode ${mode}`);
  const isAll = mode === "max";
  if (type === "inline") {
    if (isAll) throw new CliError("inline cache has no mode max");
    return { kind: "inline" };
  }
  if (type === "registry") return { kind: "registry", reference: referenceIn(fields), isAll };
  if (!dest) throw new CliError("dest is required for the local cache");
  return { kind: "local", path: dest, isAll };
}

/** Refuses types, and fields of a type, that box does not have. */
function fieldsOf(
  option: string,
  text: string,
  known: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const fields = Object.fromEntries(parseFields(text)), { type } = fields;
  if (!Object.hasOwn(known, type)) {
    throw new UsageError(`${option} type=${type} is not supported yet`);
  }
  const other = Object.keys(fields).find((name) => name !== "type" && !known[type].includes(name));
  if (other !== undefined) throw new UsageError(`${option} ${other}=... is not supported yet`);
  return fields;
}

function referenceIn({ ref }: Record<string, string>): string {
  if (!ref) throw new CliError("ref required for registry cache");
  return ref;
}
