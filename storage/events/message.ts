/** What has happened to a container, an image...: docker's events.Message, one line of JSON each. */

import { goJson } from "../json.ts";

export type EventType = "container" | "image" | "network" | "volume";

export interface EventMessage {
  /** The action, the actor's id and the container's image once more, for clients of old; for containers and images only. */
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
  readonly Type: EventType;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: "local";
  /** Seconds since the epoch. */
  readonly time: number;
  /** Nanoseconds since the epoch: more than a number can hold. */
  readonly timeNano: bigint;
}

/** An event before it is given its time. */
export type NewEvent = Omit<EventMessage, "scope" | "time" | "timeNano">;

/** One line, the end of the line included; attributes are sorted as Go sorts a map. */
export function encodeEvent(event: NewEvent, seconds: number, nanoseconds: number): string {
  const { status, id, from, Type, Action, Actor: { ID, Attributes } } = event;
  const sorted = Object.entries(Attributes).sort(([a], [b]) => a < b ? -1 : 1);
  const Actor = { ID, Attributes: Object.fromEntries(sorted) };
  const json = goJson({ status, id, from, Type, Action, Actor, scope: "local", time: seconds });
  const timeNano = `${seconds}${String(nanoseconds).padStart(9, "0")}`;
  return `${json.slice(0, -1)},"timeNano":${timeNano}}\n`;
}

/** When the event in a line happened, in nanoseconds since the epoch, without reading the rest of it. */
export function timeOfLine(line: string): bigint | undefined {
  const match = /"timeNano":(\d{1,19})\}$/.exec(line);
  return match ? BigInt(match[1]) : undefined;
}

/** Reads a line, without its end. Undefined for one that is damaged. */
export function parseEvent(line: string): EventMessage | undefined {
  const timeNano = timeOfLine(line);
  if (timeNano === undefined) return undefined;
  // A full disk cuts a line short, and the next one follows it without a break. A quote inside of a text has a backslash.
  const start = Math.max(line.lastIndexOf('{"status":"'), line.lastIndexOf('{"Type":"'));
  try {
    const event = JSON.parse(line.slice(Math.max(start, 0)));
    return isEvent(event) ? { ...event, timeNano } : undefined;
  } catch {
    return undefined;
  }
}

function isEvent(value: Partial<EventMessage>): value is EventMessage {
  const isText = (each: unknown) => typeof each === "string";
  const isOptionalText = (each: unknown) => each === undefined || isText(each);
  const { status, id, from, Type, Action, Actor, scope, time } = value;
  return [Type, Action, Actor?.ID, scope].every(isText) &&
    [status, id, from].every(isOptionalText) && typeof time === "number" &&
    typeof Actor?.Attributes === "object" && Actor.Attributes !== null &&
    Object.values(Actor.Attributes).every(isText);
}
