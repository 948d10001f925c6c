/** The conditions that the prune operations share. */

import { InvalidError } from "../storage/errors.ts";
import { type Filter, Filters } from "../storage/filter.ts";
import { compareTimes } from "../storage/time.ts";
import { parseTimeOption } from "./time_option.ts";

/** What may be pruned, as far as the conditions look at it. */
interface Candidate {
  readonly labels: Readonly<Record<string, string>> | null | undefined;
  /** RFC 3339 */
  readonly created?: string;
}

/**
 * `until` is the time up to which something was made, `label` what it must have, `label!` what spares it. Throws InvalidError
 * for a filter that is none of the `known`.
 */
export function pruneFilters(
  conditions: readonly Filter[],
  known: readonly string[],
): { filters: Filters; isWanted(candidate: Candidate): boolean } {
  const filters = new Filters(conditions, known);
  const unwanted = filters.get("label!").map((value) => ({ name: "label", value }));
  const exclusion = new Filters(unwanted, ["label"]);
  const [until, another] = filters.get("until");
  if (another !== undefined) throw new InvalidError("more than one until filter specified");
  const limit = until === undefined ? undefined : parseTimeOption(until);
  const isWanted = ({ labels, created }: Candidate) =>
    (limit === undefined || created === undefined || compareTimes(created, limit) <= 0) &&
    filters.matchesLabels(labels) &&
    // Docker spares something only if it has all labels that are to be spared.
    (unwanted.length === 0 || !exclusion.matchesLabels(labels));
  return { filters, isWanted };
}
