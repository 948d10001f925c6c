/** --cap-add, --cap-drop and --privileged, evaluated in docker's order (moby: oci/caps/utils.go). */

import { InvalidError } from "../../storage/errors.ts";
import {
  allCapabilities,
  type Capability,
  capabilityMask,
  defaultCapabilities,
  isCapability,
} from "./capabilities.ts";

export interface CapabilityChanges {
  /** With or without `CAP_`, in small letters or capital ones. */
  readonly CapAdd: readonly string[] | null;
  readonly CapDrop: readonly string[] | null;
  readonly Privileged: boolean;
}

type Word = Capability | "ALL";

/** Throws InvalidError, in docker's words, for a capability that there is not. */
export function checkCapabilities({ CapAdd, CapDrop }: CapabilityChanges): void {
  (CapAdd ?? []).forEach((name) => parse(name, "CapAdd"));
  (CapDrop ?? []).forEach((name) => parse(name, "CapDrop"));
}

/**
 * The capabilities of a container. ALL are `own`, those that box has itself: what the host does not let it have is not missed.
 * What is added is not dropped, unless all are added.
 */
export function capabilitiesOf(changes: CapabilityChanges, own: () => bigint): bigint {
  const { CapAdd, CapDrop, Privileged } = changes;
  if (Privileged) return own();
  const added = (CapAdd ?? []).map((name) => parse(name, "CapAdd"));
  const dropped = (CapDrop ?? []).map((name) => parse(name, "CapDrop"));
  const without = (names: readonly Capability[]) => names.filter((name) => !dropped.includes(name));
  if (added.includes("ALL")) return capabilityMask(without(allCapabilities)) & own();
  const kept = dropped.includes("ALL") ? [] : without(defaultCapabilities);
  return capabilityMask([...kept, ...added.filter((name) => name !== "ALL")]);
}

function parse(name: string, list: "CapAdd" | "CapDrop"): Word {
  const upper = name.toUpperCase();
  if (upper === "ALL") return "ALL";
  const word = upper.replace(/^CAP_/, "");
  if (isCapability(word)) return word;
  throw new InvalidError(`invalid ${list}: unknown capability: "CAP_${word}"`);
}
