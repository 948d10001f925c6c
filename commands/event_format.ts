/** How `box events` shows an event: docker's line, or a Go template. */

import type { EventMessage } from "../storage/events/message.ts";
import { CliError } from "./cli/errors.ts";
import { eventType } from "./format/docker_types/event.ts";
import { pointerTo } from "./format/go/types.ts";
import {
  parseTemplate,
  TemplateExecutionError,
  TemplateParseError,
} from "./format/template/mod.ts";
import { formatLocalRfc3339Nano } from "./format/timestamp.ts";

/** Docker's exit code for a --format that cannot be used. */
const BAD_FORMAT = 64;

/** An event in one line: `2026-11-21T01:57:09.947040535Z container kill <id> (image=busybox, name=web, signal=10)`. */
export function eventLine(event: EventMessage): string {
  const { timeNano, Type, Action, Actor: { ID, Attributes } } = event;
  const words = [formatLocalRfc3339Nano(timeNano), Type, Action, ID];
  const attributes = Object.entries(Attributes).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, value]) => `${name}=${value}`);
  if (attributes.length > 0) words.push(`(${attributes.join(", ")})`);
  return words.join(" ");
}

/** What prints an event through a format. As in docker, the format is tried on an empty event first. */
export function eventFormatter(format: string): (event: EventMessage) => string {
  const template = withParseErrors(() => {
    const parsed = parseTemplate(format);
    parsed.execute({ Type: "", Action: "", Actor: {} }, { type: pointerTo(eventType) });
    return parsed;
  });
  return (event) => template.execute(event, { type: eventType });
}

function withParseErrors<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TemplateParseError || error instanceof TemplateExecutionError) {
      throw new CliError(`Error parsing format: ${error.message}`, BAD_FORMAT);
    }
    throw error;
  }
}
