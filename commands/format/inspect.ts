/** What `docker inspect` prints for the things it found. */
import { containerType } from "./docker_types/container.ts";
import { imageType } from "./docker_types/image.ts";
import { networkType } from "./docker_types/network.ts";
import { volumeType } from "./docker_types/volume.ts";
import type { StructType } from "./go/types.ts";
import { anyJsonType } from "./go/value.ts";
import { formatInspectJson } from "./json.ts";
import {
  parseTemplate,
  type Template,
  TemplateExecutionError,
  TemplateParseError,
} from "./template/mod.ts";

export type InspectKind = "container" | "image" | "network" | "volume";

const goTypes: Record<InspectKind, StructType> = {
  container: containerType,
  image: imageType,
  network: networkType,
  volume: volumeType,
};

/** One thing to print: its JSON form, with docker's names. */
export interface InspectElement {
  readonly kind: InspectKind;
  readonly data: unknown;
}

export interface InspectOptions {
  /** The --format argument; none means JSON. */
  format?: string;
  /** The command does not keep the raw JSON; of docker's only `docker volume inspect`. */
  isTyped?: boolean;
}

export interface InspectOutput {
  /** For stdout. */
  readonly output: string;
  /** Messages for stderr, of the elements that the format does not fit. */
  readonly errors: string[];
}

/**
 * Prints the elements. Throws a TemplateParseError where the format is malformed, which docker
 * reports with exit code 64 before it looks for anything; see `checkInspectFormat`.
 */
export function formatInspect(
  elements: readonly InspectElement[],
  { format = "", isTyped = false }: InspectOptions = {},
): InspectOutput {
  if (format === "") {
    const typed = elements.map(({ kind, data }) => ({ data, type: goTypes[kind] }));
    return { output: formatInspectJson(typed, { escapeHtml: isTyped }), errors: [] };
  }
  const template = checkInspectFormat(format);
  const errors: string[] = [];
  let output = "";
  for (const element of elements) {
    try {
      output += executeOnElement(template, element, isTyped) + "\n";
    } catch (error) {
      if (!(error instanceof TemplateExecutionError)) throw error;
      errors.push(`template parsing error: ${error.message}`);
    }
  }
  return { output: output === "" ? "\n" : output, errors };
}

/** Parses a --format argument. Throws a TemplateParseError with docker's message. */
export function checkInspectFormat(format: string): Template {
  try {
    return parseTemplate(format);
  } catch (error) {
    if (!(error instanceof TemplateParseError)) throw error;
    throw new TemplateParseError(`template parsing error: ${error.message}`);
  }
}

/**
 * Docker runs the template on its Go struct first, whose fields have Go's names (`ID`), and if that
 * fails on the JSON (`Id`), where everything is a map and a missing key is an error.
 */
function executeOnElement(
  template: Template,
  { kind, data }: InspectElement,
  isTyped: boolean,
): string {
  try {
    return template.execute(data, { type: goTypes[kind] });
  } catch (error) {
    if (isTyped || !(error instanceof TemplateExecutionError)) throw error;
    return template.execute(data, { type: anyJsonType, missingKey: "error" });
  }
}
