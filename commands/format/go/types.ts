/**
 * The part of Go's type system that a template can observe. Docker's templates run on Go structs,
 * and scripts depend on the difference: a missing map key prints `<no value>` where a missing field
 * is an error, a nil slice prints `[]` where a nil pointer prints `<nil>`.
 *
 * A type describes plain JSON-like data, it never wraps it: struct and map data are objects (map
 * data may also be a `Map`), slices are arrays, nil is `null` or absent.
 */
export type GoType =
  | BasicType
  | SliceType
  | MapType
  | StructType
  | PointerType
  | InterfaceType;

export type BasicKind = "bool" | "int" | "uint" | "float" | "string";

/** `format` is the type's String method. */
export interface BasicType {
  readonly kind: BasicKind;
  readonly name: string;
  readonly format?: (data: unknown) => string;
}

/** Slices and arrays; only `isArray` tells them apart (an array is never nil). */
export interface SliceType {
  readonly kind: "slice";
  readonly name: string;
  readonly element: GoType;
  readonly isArray?: boolean;
}

export interface MapType {
  readonly kind: "map";
  readonly name: string;
  /** The key's type name: a key type of its own (`nat.Port`) does not take plain strings. */
  readonly key: string;
  readonly element: GoType;
  /** Methods that take strings. */
  readonly methods?: Readonly<Record<string, (...values: string[]) => unknown>>;
}

export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  /** In declaration order, by Go's name. Without it the data's own properties are the fields. */
  readonly fields?: ReadonlyMap<string, StructField>;
  /** The data's properties are methods (docker's formatter contexts), functions take arguments. */
  readonly hasMethods?: boolean;
  readonly format?: (data: unknown) => string;
  /** What an absent value means, for structs whose JSON form is not an object. */
  readonly zero?: unknown;
}

export interface StructField {
  readonly name: string;
  /** The field's name in the JSON data. */
  readonly json: string;
  readonly type: GoType;
}

/** `format` is a String method that only the pointer has. */
export interface PointerType {
  readonly kind: "pointer";
  readonly name: string;
  readonly element: GoType;
  readonly format?: (data: unknown) => string;
}

/** Only the empty interface. `infer` gives what the interface holds. */
export interface InterfaceType {
  readonly kind: "interface";
  readonly name: "interface {}";
  readonly infer: (data: unknown) => Value | undefined;
}

/** What Go calls a reflect.Value. Its invalid value is `undefined` here. */
export interface Value {
  readonly type: GoType;
  readonly data: unknown;
}

export const boolType: BasicType = { kind: "bool", name: "bool" };
export const intType: BasicType = { kind: "int", name: "int" };
export const int64Type: BasicType = { kind: "int", name: "int64" };
export const uint8Type: BasicType = { kind: "uint", name: "uint8" };
export const float64Type: BasicType = { kind: "float", name: "float64" };
export const stringType: BasicType = { kind: "string", name: "string" };

export function sliceOf(element: GoType, name = `[]${element.name}`): SliceType {
  return { kind: "slice", name, element };
}

export function arrayOf(length: number, element: GoType): SliceType {
  return { kind: "slice", name: `[${length}]${element.name}`, element, isArray: true };
}

export function mapOf(element: GoType, key = "string"): MapType {
  return { kind: "map", name: `map[${key}]${element.name}`, key, element };
}

export function pointerTo(element: GoType): PointerType {
  return { kind: "pointer", name: `*${element.name}`, element };
}

/** A field whose JSON name is not its Go name. */
export function jsonField(json: string, type: GoType): { json: string; type: GoType } {
  return { json, type };
}

/** A struct with its fields in declaration order. */
export function structOf(
  name: string,
  declaration: Record<string, GoType | { json: string; type: GoType }>,
): StructType {
  const fields = new Map<string, StructField>();
  for (const [field, spec] of Object.entries(declaration)) {
    const { json, type } = "json" in spec ? spec : { json: field, type: spec };
    fields.set(field, { name: field, json, type });
  }
  return { kind: "struct", name, fields };
}

/** One of docker's formatter contexts, such as `formatter.ContainerContext`, behind a pointer. */
export function contextType(name: string): PointerType {
  return pointerTo({ kind: "struct", name, hasMethods: true });
}

export const stringsType: SliceType = sliceOf(stringType);
export const stringMapType: MapType = mapOf(stringType);
