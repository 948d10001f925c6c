/** The functions eq, ne, lt, le, gt and ge, which compare only values of the same kind. */
import { formatValue } from "../go/format_value.ts";
import type { Value } from "../go/types.ts";
import { interfaceElement, isNil } from "../go/value.ts";
import { FunctionError } from "./function_table.ts";

type Basic = boolean | number | bigint | string;

const incompatible = "incompatible types for comparison";

/** Whether the first value equals any of the others. Throws FunctionError. */
export function isEqualToAny(values: readonly (Value | undefined)[]): boolean {
  const [first, ...others] = values.map(interfaceElement);
  if (others.length === 0) throw new FunctionError("missing argument for comparison");
  return others.some((other) => isEqual(first, other));
}

function isEqual(first: Value | undefined, other: Value | undefined): boolean {
  const kind = basicKind(first);
  if (kind !== basicKind(other)) {
    if (first !== undefined && other !== undefined) throw new FunctionError(incompatible);
    return false;
  }
  if (kind !== undefined) {
    const [a, b] = [first!.data as Basic, other!.data as Basic];
    return !(a < b) && !(a > b);
  }
  if (first !== undefined && other !== undefined && first.type.kind !== other.type.kind) {
    throw new FunctionError(
      `non-comparable types ${text(first)}: ${first.type.name}, ${other.type.name}: ${text(other)}`,
    );
  }
  const isFirstNil = first === undefined || isNil(first);
  const isOtherNil = other === undefined || isNil(other);
  if (isFirstNil || isOtherNil) return isFirstNil === isOtherNil;
  const { type } = other;
  if (type.kind === "map" || (type.kind === "slice" && !type.isArray)) {
    throw new FunctionError(`non-comparable type ${text(other)}: ${type.name}`);
  }
  return first.data === other.data;
}

function text(value: Value): string {
  return formatValue(value, { verb: "v" });
}

/** Whether the first value is less than the second. Throws FunctionError. */
export function isLess(values: readonly (Value | undefined)[]): boolean {
  const [first, second] = values.map(interfaceElement);
  const firstKind = orderedKind(first);
  const secondKind = orderedKind(second);
  if (firstKind !== secondKind) throw new FunctionError(incompatible);
  if (firstKind === "bool") throw new FunctionError("invalid type for comparison");
  return (first!.data as Basic) < (second!.data as Basic);
}

function orderedKind(value: Value | undefined): string {
  const kind = basicKind(value);
  if (kind === undefined) throw new FunctionError("invalid type for comparison");
  return kind;
}

/** Integers compare with each other whatever their sign and size, but not with floats. */
function basicKind(value: Value | undefined): "bool" | "int" | "float" | "string" | undefined {
  switch (value?.type.kind) {
    case "uint":
      return "int";
    case "bool":
    case "int":
    case "float":
    case "string":
      return value.type.kind;
  }
}
