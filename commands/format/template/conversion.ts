/** Which values a function's parameter takes. */
import type { GoType, Value } from "../go/types.ts";
import { canBeNil, interfaceElement, isNil, zeroValue } from "../go/value.ts";

/** The argument as the parameter's type takes it; a string is the reason why it cannot. */
export function convertArgument(
  value: Value | undefined,
  type: GoType,
): { value: Value | undefined } | string {
  if (type.kind === "interface") return { value };
  if (value === undefined) {
    return canBeNil(type) ? { value: zeroValue(type) } : `invalid value; expected ${type.name}`;
  }
  if (isAssignable(value.type, type)) return { value };
  let candidate = value;
  if (value.type.kind === "interface" && !isNil(value)) {
    candidate = interfaceElement(value) ?? value;
    if (isAssignable(candidate.type, type)) return { value: candidate };
  }
  const { type: actual, data } = candidate;
  if (actual.kind === "pointer" && isAssignable(actual.element, type)) {
    if (isNil(candidate)) return `dereference of nil pointer of type ${type.name}`;
    return { value: { type: actual.element, data } };
  }
  return `wrong type for value; expected ${type.name}; got ${actual.name}`;
}

/** Two types are alike by name; a named slice also is what its elements make it. */
function isAssignable(from: GoType, to: GoType): boolean {
  if (from.kind !== to.kind) return false;
  if (from.name === to.name) return true;
  return from.kind === "slice" && to.kind === "slice" && to.name.startsWith("[") &&
    from.element.name === to.element.name;
}
