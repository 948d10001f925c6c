/** Which events a --filter lets through: the rules of docker's engine. */

import { EngineError } from "../errors.ts";
import { type Filter, Filters } from "../filter.ts";
import { parseReference } from "../image/reference.ts";
import type { EventMessage } from "./message.ts";

/** Kinds of things that are filtered by the beginning of their id or name; box has only some of them. */
const actors = [
  "config",
  "container",
  "daemon",
  "network",
  "node",
  "plugin",
  "secret",
  "service",
  "volume",
];

const known = [...actors, "event", "image", "label", "scope", "type"];

/** Actions that are followed by a colon and more. */
const openActions = ["exec_create", "exec_start", "health_status"];

export type EventTest = (event: EventMessage) => boolean;

/** The test that filters stand for. Throws InvalidError for one that does not exist. */
export function eventTest(given: readonly Filter[]): EventTest {
  const filters = new Filters(given, known);
  const isOpen = filters.get("event").some((value) => openActions.includes(value));
  return ({ Type, Action, Actor: { ID, Attributes }, scope }) =>
    filters.matches("type", (wanted) => Type === wanted) &&
    filters.matches("scope", (wanted) => scope === wanted) &&
    filters.matches(
      "event",
      (wanted) => Action === wanted || (isOpen && Action.startsWith(wanted)),
    ) &&
    actors.every((kind) =>
      filters.matches(
        kind,
        (wanted) => ID.startsWith(wanted) || (Attributes.name ?? "").startsWith(wanted),
      )
    ) &&
    matchesImage(filters, ID, (Type === "image" ? Attributes.name : Attributes.image) ?? "") &&
    filters.matchesLabels(Attributes);
}

/** An image's events by its id or name, and those of containers made of it; a name without a tag stands for all its tags. */
function matchesImage(filters: Filters, id: string, name: string): boolean {
  if (filters.get("image").length === 0) return true;
  const names = [id, name, withoutTag(id), withoutTag(name)];
  return filters.matches("image", (wanted) => names.includes(wanted));
}

function withoutTag(name: string): string {
  try {
    return parseReference(name).repository;
  } catch (error) {
    if (error instanceof EngineError) return name;
    throw error;
  }
}
