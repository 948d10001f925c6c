/** fmt.Sprint and fmt.Sprintln. */
import { formatValue } from "./format_value.ts";
import type { Value } from "./types.ts";
import { interfaceElement } from "./value.ts";

/** Joins the values, with a space between two that are both not strings. */
export function sprint(values: readonly (Value | undefined)[]): string {
  return values.map((value, index) => {
    const spaced = index > 0 && !isString(value) && !isString(values[index - 1]);
    return (spaced ? " " : "") + formatValue(value, { verb: "v" });
  }).join("");
}

/** Joins the values with spaces and ends the line. */
export function sprintln(values: readonly (Value | undefined)[]): string {
  return values.map((value) => formatValue(value, { verb: "v" })).join(" ") + "\n";
}

function isString(value: Value | undefined): boolean {
  const dynamic = interfaceElement(value);
  return dynamic?.type.kind === "string";
}
