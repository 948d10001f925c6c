/** Reading Go values: what Go's package reflect does for templates. */
import {
  boolType,
  float64Type,
  type GoType,
  type InterfaceType,
  intType,
  mapOf,
  sliceOf,
  stringMapType,
  stringsType,
  stringType,
  type StructField,
  type Value,
} from "./types.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Holds a value whose type is inferred from plain JavaScript data; see `valueOf`. */
export const anyType: InterfaceType = {
  kind: "interface",
  name: "interface {}",
  infer: valueOf,
};

/** Holds what Go's encoding/json makes of JSON with UseNumber: numbers keep their text. */
export const anyJsonType: InterfaceType = {
  kind: "interface",
  name: "interface {}",
  infer: jsonValueOf,
};

const jsonNumberType: GoType = { kind: "string", name: "json.Number" };
const anySliceType = sliceOf(anyType);
const anyMapType = mapOf(anyType);
const anyJsonSliceType = sliceOf(anyJsonType);
const anyJsonMapType = mapOf(anyJsonType);
const inferredStructType: GoType = { kind: "struct", name: "struct" };

/**
 * The value of plain JavaScript data: an object is a struct, a `Map` a map, an integral number an
 * int. Nothing (`null`, `undefined`) is Go's invalid value, returned as `undefined`.
 */
export function valueOf(data: unknown): Value | undefined {
  switch (typeof data) {
    case "boolean":
      return { type: boolType, data };
    case "bigint":
      return { type: intType, data };
    case "number":
      return { type: Number.isInteger(data) ? intType : float64Type, data };
    case "string":
      return { type: stringType, data };
    case "object":
      if (data === null) return undefined;
      if (Array.isArray(data)) {
        return { type: data.every(isString) ? stringsType : anySliceType, data };
      }
      if (data instanceof Map) {
        return { type: [...data.values()].every(isString) ? stringMapType : anyMapType, data };
      }
      return { type: inferredStructType, data };
    default:
      return undefined;
  }
}

function jsonValueOf(data: unknown): Value | undefined {
  switch (typeof data) {
    case "number":
    case "bigint":
      return { type: jsonNumberType, data: String(data) };
    case "object":
      if (data === null) return undefined;
      return { type: Array.isArray(data) ? anyJsonSliceType : anyJsonMapType, data };
    default:
      return valueOf(data);
  }
}

function isString(data: unknown): data is string {
  return typeof data === "string";
}

export function boolValue(data: boolean): Value {
  return { type: boolType, data };
}

export function intValue(data: number | bigint): Value {
  return { type: intType, data };
}

export function stringValue(data: string): Value {
  return { type: stringType, data };
}

/** A value of the type out of data that may be absent, which means the type's zero value. */
export function typedValue(type: GoType, data: unknown): Value {
  return { type, data: data ?? zeroData(type) };
}

export function zeroValue(type: GoType): Value {
  return { type, data: zeroData(type) };
}

function zeroData(type: GoType): unknown {
  switch (type.kind) {
    case "bool":
      return false;
    case "int":
    case "uint":
    case "float":
      return 0;
    case "string":
      return "";
    case "struct":
      return type.zero ?? {};
    case "slice":
      return type.isArray ? [] : null;
    default:
      return null;
  }
}

export function canBeNil(type: GoType): boolean {
  return type.kind === "pointer" || type.kind === "interface" || type.kind === "map" ||
    (type.kind === "slice" && !type.isArray);
}

export function isNil(value: Value): boolean {
  return canBeNil(value.type) && (value.data === null || value.data === undefined);
}

/** What an interface holds; any other value is returned as it is. */
export function interfaceElement(value: Value | undefined): Value | undefined {
  return value?.type.kind === "interface" ? value.type.infer(value.data) : value;
}

/** Follows pointers and interfaces; stops at a nil one, and says so. */
export function indirect(value: Value): { value: Value; isNil: boolean } {
  let current = value;
  while (current.type.kind === "pointer" || current.type.kind === "interface") {
    const next = current.type.kind === "pointer"
      ? (isNil(current) ? undefined : { type: current.type.element, data: current.data })
      : interfaceElement(current);
    if (next === undefined) return { value: current, isNil: true };
    current = next;
  }
  return { value: current, isNil: false };
}

/** Go's truth of a value in if, with, and, or, not: not the zero value and not empty. */
export function isTrue(value: Value | undefined): boolean {
  if (value === undefined) return false;
  const { type, data } = value;
  switch (type.kind) {
    case "bool":
      return data === true;
    case "int":
    case "uint":
    case "float":
      return Number(data) !== 0;
    case "string":
      return data !== "";
    case "slice":
    case "map":
      return lengthOf(value) > 0;
    case "struct":
      return true;
    default:
      return !isNil(value);
  }
}

/** The length of a string (in bytes), slice or map. */
export function lengthOf({ type, data }: Value): number {
  if (type.kind === "string") return encodeUtf8(data as string).length;
  if (data === null || data === undefined) return 0;
  if (type.kind === "slice") return (data as unknown[]).length;
  return data instanceof Map ? data.size : Object.keys(data as object).length;
}

export function sliceElements({ type, data }: Value): Value[] {
  if (type.kind !== "slice") throw new TypeError(`sliceElements of ${type.name}`);
  return ((data ?? []) as unknown[]).map((element) => typedValue(type.element, element));
}

/** The entries in the order Go prints and ranges over them: sorted by key. */
export function mapEntries({ type, data }: Value): [string, Value][] {
  if (type.kind !== "map") throw new TypeError(`mapEntries of ${type.name}`);
  const entries: [string, unknown][] = data instanceof Map
    ? [...data]
    : Object.entries((data ?? {}) as object);
  return entries
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([key, element]) => [key, typedValue(type.element, element)]);
}

/** The element under the key, or `undefined` where the map has none. */
export function mapElement({ type, data }: Value, key: string): Value | undefined {
  if (type.kind !== "map") throw new TypeError(`mapElement of ${type.name}`);
  if (data === null || data === undefined) return undefined;
  if (data instanceof Map) {
    return data.has(key) ? typedValue(type.element, data.get(key)) : undefined;
  }
  if (!Object.hasOwn(data as object, key)) return undefined;
  return typedValue(type.element, (data as Record<string, unknown>)[key]);
}

/** A struct's fields in order; those of an inferred struct come from its data. */
export function structFields({ type, data }: Value): Iterable<StructField> {
  if (type.kind !== "struct") throw new TypeError(`structFields of ${type.name}`);
  return type.fields?.values() ?? memberNames(data).map(inferredField);
}

/** Finds a field. What the data has beyond the declared fields is a field too, by its own name. */
export function structField({ type, data }: Value, name: string): StructField | undefined {
  if (type.kind !== "struct") throw new TypeError(`structField of ${type.name}`);
  const declared = type.fields?.get(name);
  if (declared !== undefined) return declared;
  for (const field of type.fields?.values() ?? []) if (field.json === name) return undefined;
  return memberNames(data).includes(name) ? inferredField(name) : undefined;
}

/** Reads one field; a getter behind it runs now and only now. */
export function fieldValue(struct: Value, field: StructField): Value {
  return typedValue(field.type, (struct.data as Record<string, unknown>)[field.json]);
}

function inferredField(name: string): StructField {
  return { name, json: name, type: anyType };
}

/** Own and inherited properties, without what every JavaScript object inherits. */
function memberNames(data: unknown): string[] {
  const names = new Set<string>();
  for (
    let object = data as object | null;
    typeof object === "object" && object !== null && object !== Object.prototype;
    object = Object.getPrototypeOf(object)
  ) {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (name !== "constructor") names.add(name);
    }
  }
  return [...names];
}
