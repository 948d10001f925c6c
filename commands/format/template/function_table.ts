/** What a template function looks like to the executor. */
import type { GoType, Value } from "../go/types.ts";

export interface TemplateFunction {
  /** The fixed parameters; arguments of another type are refused. */
  readonly parameters: readonly GoType[];
  /** The type of further arguments, for functions that take any number of them. */
  readonly variadic?: GoType;
  /** Returns `undefined` for Go's nil. Throws FunctionError where Go returns an error. */
  readonly call: (values: readonly (Value | undefined)[]) => Value | undefined;
}

export type FunctionTable = ReadonlyMap<string, TemplateFunction>;

/** A function's own error; the executor adds which function it was and where. */
export class FunctionError extends Error {}
