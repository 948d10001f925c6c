/** JSON as docker's inspect commands print it. */
import { encodeJson } from "./go/json.ts";
import type { GoType } from "./go/types.ts";
import { anyType } from "./go/value.ts";

export interface JsonElement {
  readonly data: unknown;
  /** Its Go type tells maps, whose keys are sorted, from structs, which keep their order. */
  readonly type?: GoType;
}

export interface InspectJsonOptions {
  /** Escape <, > and &, as `docker volume inspect` does and the other inspect commands do not. */
  escapeHtml?: boolean;
}

/** A JSON array with an indentation of four spaces, and a line break at its end. */
export function formatInspectJson(
  elements: readonly JsonElement[],
  { escapeHtml = false }: InspectJsonOptions = {},
): string {
  if (elements.length === 0) return "[]\n";
  const encoded = elements.map(({ data, type = anyType }) =>
    encodeJson({ type, data }, { escapeHtml, indent: 4 }).replaceAll("\n", "\n    ")
  );
  return `[\n    ${encoded.join(",\n    ")}\n]\n`;
}
