/** Package fmt's way with any value: the printf verbs applied to Go's types. */
import { type Directive, pad } from "./directive.ts";
import { formatFloatDirective, formatInteger } from "./format_number.ts";
import { formatString } from "./format_string.ts";
import type { Value } from "./types.ts";
import {
  fieldValue,
  indirect,
  interfaceElement,
  isNil,
  mapEntries,
  sliceElements,
  stringValue,
  structFields,
} from "./value.ts";

/** Go prints the address of a pointer inside another value; there is none here. */
const pointerAddress = "0xc000000000";

/** Formats an argument of printf; `undefined` is the nil interface. */
export function formatValue(value: Value | undefined, directive: Directive): string {
  const dynamic = interfaceElement(value);
  if (directive.verb === "T") {
    return pad(dynamic?.type.name ?? "<nil>", { ...directive, verb: "s" });
  }
  if (dynamic === undefined) {
    return directive.verb === "v" ? pad("<nil>", directive) : badVerb(undefined, directive);
  }
  return formatAtDepth(dynamic, directive, 0);
}

/** What stands in the output for a value that the verb does not fit, with its type. */
function badVerb(value: Value | undefined, directive: Directive): string {
  const description = value === undefined
    ? "<nil>"
    : `${value.type.name}=${formatAtDepth(value, { ...directive, verb: "v" }, 0)}`;
  return `%!${directive.verb}(${description})`;
}

function formatAtDepth(value: Value, directive: Directive, depth: number): string {
  const { type, data } = value;
  if ("format" in type && type.format !== undefined && !isNil(value)) {
    const text = formatString(type.format(data), directive);
    if (text !== undefined) return text;
  }
  switch (type.kind) {
    case "bool":
      return directive.verb === "t" || directive.verb === "v"
        ? pad(String(data), directive)
        : badVerb(value, directive);
    case "int":
    case "uint":
      return formatInteger(data as number | bigint, directive) ?? badVerb(value, directive);
    case "float":
      return formatFloatDirective(data as number, directive) ?? badVerb(value, directive);
    case "string":
      return formatString(data as string, directive) ?? badVerb(value, directive);
    case "interface": {
      const element = interfaceElement(value);
      return element === undefined ? "<nil>" : formatAtDepth(element, directive, depth + 1);
    }
    case "pointer":
      return formatPointer(value, directive, depth);
    default:
      return formatComposite(value, directive, depth + 1);
  }
}

function formatPointer(value: Value, directive: Directive, depth: number): string {
  const element = indirect(value);
  const { kind } = element.value.type;
  const isComposite = kind === "struct" || kind === "map" || kind === "slice";
  if (depth === 0 && isComposite && !element.isNil) {
    return "&" + formatAtDepth(element.value, directive, depth + 1);
  }
  if (directive.verb !== "v") return badVerb(value, directive);
  return pad(element.isNil ? "<nil>" : pointerAddress, directive);
}

function formatComposite(value: Value, directive: Directive, depth: number): string {
  const format = (element: Value) => formatAtDepth(element, directive, depth);
  switch (value.type.kind) {
    case "slice":
      return `[${sliceElements(value).map(format).join(" ")}]`;
    case "map": {
      const entries = mapEntries(value).map(([key, element]) =>
        (formatString(key, directive) ?? badVerb(stringValue(key), directive)) + ":" +
        format(element)
      );
      return `map[${entries.join(" ")}]`;
    }
    default: {
      const fields = [...structFields(value)].map((field) =>
        (directive.plus && directive.verb === "v" ? `${field.name}:` : "") +
        format(fieldValue(value, field))
      );
      return `{${fields.join(" ")}}`;
    }
  }
}
