/** --cache-from and --cache-to: other places where it is kept what steps have led to. */
import type { CacheOrigin, CacheTarget } from "../../runtime/build/solver/request.ts";
import { CliError, UsageError } from "../cli/errors.ts";
import { parseFields } from "./fields.ts";

/** `IMAGE[,IMAGE...]`, or `type=local,src=PATH`. */
export function parseCacheFrom(text: string): CacheOrigin[] {
  if (!text.includes("=")) {
    return text.split(",").map((reference) => ({ kind: "image", reference }));
  }
  const { type, src, ...others } = Object.fromEntries(parseFields(text));
  refuseOthers("--cache-from", others);
  if (type !== "local") throw new UsageError(`--cache-from type=${type} is not supported yet`);
  if (!src) throw new CliError("src is required for the local cache");
  return [{ kind: "local", path: src }];
}

/** `type=inline`, or `type=local,dest=PATH[,mode=min|max]`. */
export function parseCacheTo(text: string): CacheTarget {
  if (!text.includes("=")) throw new UsageError(`--cache-to ${text} is not supported yet`);
  const { type, dest, mode = "min", ...others } = Object.fromEntries(parseFields(text));
  refuseOthers("--cache-to", others);
  if (mode !== "min" && mode !== "max") throw new CliError(`invalid cache mode ${mode}`);
  if (type === "inline") {
    if (mode === "max") throw new CliError("inline cache has no mode max");
    return { kind: "inline" };
  }
  if (type !== "local") throw new UsageError(`--cache-to type=${type} is not supported yet`);
  if (!dest) throw new CliError("dest is required for the local cache");
  return { kind: "local", path: dest, isAll: mode === "max" };
}

function refuseOthers(option: string, others: Record<string, string>): void {
  const [other] = Object.keys(others);
  if (other !== undefined) throw new UsageError(`${option} ${other}=... is not supported yet`);
}
