/** --restart: `no`, `on-failure[:MAXIMUM]`, `always` or `unless-stopped`. */
import type { HostConfig } from "../../storage/container/config.ts";
import { UsageError } from "../cli/errors.ts";

/** Splits a policy into its name and count; which of them there are is for the engine to say. Throws a UsageError. */
export function parseRestartPolicy(policy: string): HostConfig["RestartPolicy"] {
  if (policy === "") return { Name: "", MaximumRetryCount: 0 };
  const [Name, count, ...rest] = policy.split(":");
  if (rest.length > 0) throw new UsageError("invalid restart policy format");
  if (count !== undefined && !/^[+-]?\d+$/.test(count)) {
    throw new UsageError("maximum retry count must be an integer");
  }
  return { Name, MaximumRetryCount: Number(count ?? 0) };
}

/** What `run` and `create` take. Throws a UsageError for a container that is to be removed and restarted. */
export function restartPolicyOf(
  { restart, rm }: { readonly restart: string; readonly rm: boolean },
): HostConfig["RestartPolicy"] {
  const policy = parseRestartPolicy(restart);
  if (rm && policy.Name !== "no" && policy.Name !== "") {
    throw new UsageError("Conflicting options: --restart and --rm");
  }
  return policy;
}
