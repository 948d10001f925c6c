/** What the inspect commands have in common: finding things by name, and printing what is known of them. */

import { SystemError } from "../ffi/errno.ts";
import { inspectContainer } from "../runtime/container/inspect.ts";
import { readContainer, resolveContainerId } from "../storage/container/container_store.ts";
import { EngineError, NotFoundError } from "../storage/errors.ts";
import { resolveImage } from "../storage/image/image_store.ts";
import { inspectImage } from "../storage/image/inspect.ts";
import type { Store } from "../storage/store.ts";
import { CliError, EXIT } from "./cli/errors.ts";
import { printError, writeOut } from "./cli/output.ts";
import {
  checkInspectFormat,
  formatInspect,
  type InspectElement,
  type InspectOptions,
} from "./format/inspect.ts";
import { TemplateParseError } from "./format/template/mod.ts";

/** Docker's exit code for a --format that cannot be parsed. */
const BAD_FORMAT = 64;

/** All about a container, or undefined if there is none of that name. */
export function findContainer(
  store: Store,
  words: string,
  withSize: boolean,
): InspectElement | undefined {
  try {
    const container = readContainer(store, resolveContainerId(store, words));
    return { kind: "container", data: inspectContainer(store, container, withSize) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** All about an image, or undefined if there is none of that name. */
export async function findImage(store: Store, words: string): Promise<InspectElement | undefined> {
  try {
    return { kind: "image", data: await inspectImage(store, resolveImage(store, words)) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** An id that is not unique is found more than once, not missing. */
function isMissing(error: unknown): boolean {
  return error instanceof NotFoundError && error.message.startsWith("No such");
}

/**
 * Prints what `inspect` finds for each name, and after that what went wrong with the others. Returns the exit code.
 * `kind` is what a name that means nothing is said not to be.
 */
export async function printInspected(
  names: readonly string[],
  format: string | undefined,
  kind: string,
  inspect: (name: string) => InspectElement | undefined | Promise<InspectElement | undefined>,
  options: Pick<InspectOptions, "isTyped"> = {},
): Promise<number> {
  checkFormat(format);
  const elements: InspectElement[] = [], problems: string[] = [];
  for (const name of names) {
    try {
      const element = await inspect(name);
      if (element === undefined) problems.push(`Error: No such ${kind}: ${name}`);
      else elements.push(element);
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
      problems.push(`Error response from daemon: ${error.message}`);
    }
  }
  const { output, errors } = formatInspect(elements, { format, ...options });
  problems.push(...errors);
  writeOut(output);
  problems.forEach(printError);
  return problems.length === 0 ? 0 : EXIT.failure;
}

/** Nothing is looked for when the format is wrong. */
function checkFormat(format: string | undefined): void {
  try {
    checkInspectFormat(format ?? "");
  } catch (error) {
    throw error instanceof TemplateParseError ? new CliError(error.message, BAD_FORMAT) : error;
  }
}
