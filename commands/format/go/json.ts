/** Go's encoding/json, which differs from JSON.stringify in escapes and in the order of map keys. */
import type { GoType, StructType, Value } from "./types.ts";
import {
  anyType,
  fieldValue,
  interfaceElement,
  isNil,
  mapEntries,
  sliceElements,
  structFields,
} from "./value.ts";

export interface JsonOptions {
  /** Write <, > and & as \u003c, \u003e and \u0026, as json.Marshal does. */
  escapeHtml?: boolean;
  /** Spaces a level, one member a line; none means everything on one line. */
  indent?: number;
}

/** Encodes a value; `undefined` is the nil interface. */
export function encodeJson(value: Value | undefined, options: JsonOptions = {}): string {
  return encode(value, options, "\n");
}

/** `newline` is the line break together with the indentation of the current level. */
function encode(value: Value | undefined, options: JsonOptions, newline: string): string {
  if (value === undefined || isNil(value)) return "null";
  const { type, data } = value;
  switch (type.kind) {
    case "string":
      return type.name === "json.Number" ? String(data) : quoteJson(String(data), options);
    case "pointer":
      return encode({ type: type.element, data }, options, newline);
    case "interface":
      return encode(interfaceElement(value), options, newline);
    case "slice":
      return list("[", sliceElements(value), "]", options, newline);
    case "map":
      return list("{", mapEntries(value), "}", options, newline);
    case "struct":
      if (typeof data !== "object") return quoteJson(String(data), options);
      // A formatter context encodes itself, as a map and with json.Marshal's defaults.
      return type.hasMethods
        ? list("{", contextMembers(value), "}", { ...options, escapeHtml: true }, newline)
        : list("{", structMembers(type, data as object), "}", options, newline);
    default:
      return String(data);
  }
}

type Member = Value | undefined | [string, Value | undefined];

function list(
  open: string,
  members: readonly Member[],
  close: string,
  options: JsonOptions,
  newline: string,
): string {
  if (members.length === 0) return open + close;
  const inner = options.indent ? newline + " ".repeat(options.indent) : "";
  const colon = options.indent ? ": " : ":";
  const encoded = members.map((member) =>
    Array.isArray(member)
      ? quoteJson(member[0], options) + colon + encode(member[1], options, inner)
      : encode(member, options, inner)
  );
  return open + inner + encoded.join("," + inner) + (options.indent ? newline : "") + close;
}

/** What the data has, in its own order: an absent member is one that `omitempty` left out. */
function structMembers(type: StructType, data: object): [string, Value][] {
  const types = new Map<string, GoType>();
  for (const field of type.fields?.values() ?? []) types.set(field.json, field.type);
  return Object.entries(data)
    .filter(([, member]) => member !== undefined && typeof member !== "function")
    .map(([name, member]) => [name, { type: types.get(name) ?? anyType, data: member }]);
}

/** The results of all methods that take no arguments, by name. */
function contextMembers(value: Value): [string, Value][] {
  const members: [string, Value][] = [];
  for (const field of structFields(value)) {
    const member = fieldValue(value, field);
    if (typeof member.data !== "function") members.push([field.name, member]);
  }
  return members.sort(([a], [b]) => a < b ? -1 : 1);
}

const shortEscapes: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function quoteJson(text: string, { escapeHtml = false }: JsonOptions): string {
  const escaped = escapeHtml
    // deno-lint-ignore no-control-regex
    ? /["\\\x00-\x1f\u2028\u2029<>&]/g
    // deno-lint-ignore no-control-regex
    : /["\\\x00-\x1f\u2028\u2029]/g;
  const body = text.toWellFormed().replace(
    escaped,
    (character) =>
      shortEscapes[character] ??
        "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"),
  );
  return `"${body}"`;
}
