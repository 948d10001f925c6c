/** The functions that docker's templates know: text/template's and docker's own. */
import { encodeJson } from "../go/json.ts";
import { sprint, sprintln } from "../go/print.ts";
import { sprintf } from "../go/printf.ts";
import { type GoType, intType, stringsType, stringType, type Value } from "../go/types.ts";
import { encodeUtf8, sliceUtf8 } from "../go/utf8.ts";
import { anyType, boolValue, isTrue, stringValue, valueOf } from "../go/value.ts";
import { index, length, slice } from "./collection.ts";
import { isEqualToAny, isLess } from "./comparison.ts";
import { FunctionError, type FunctionTable, type TemplateFunction } from "./function_table.ts";

function define(
  parameters: readonly GoType[],
  call: TemplateFunction["call"],
  variadic?: GoType,
): TemplateFunction {
  return { parameters, call, variadic };
}

/** A function on plain data that returns plain data. */
// deno-lint-ignore no-explicit-any -- the parameter types are checked at run time
function plain(parameters: readonly GoType[], call: (...data: any[]) => unknown): TemplateFunction {
  return define(parameters, (values) => valueOf(call(...values.map((value) => value?.data))));
}

const builtins: [string, TemplateFunction][] = [
  // The executor evaluates these two itself, since they may not evaluate all their arguments.
  ["and", define([anyType], ([value]) => value, anyType)],
  ["or", define([anyType], ([value]) => value, anyType)],
  ["not", define([anyType], ([value]) => boolValue(!isTrue(value)))],
  ["index", define([anyType], index, anyType)],
  ["slice", define([anyType], slice, anyType)],
  ["len", define([anyType], length)],
  ["print", define([], (values) => stringValue(sprint(values)), anyType)],
  ["println", define([], (values) => stringValue(sprintln(values)), anyType)],
  ["printf", define([stringType], printf, anyType)],
  ["eq", define([anyType], (values) => boolValue(isEqualToAny(values)), anyType)],
  ["ne", define([anyType, anyType], (values) => boolValue(!isEqualToAny(values)))],
  ["lt", define([anyType, anyType], (values) => boolValue(isLess(values)))],
  ["le", define([anyType, anyType], (values) => boolValue(isLess(values) || isEqualToAny(values)))],
  [
    "gt",
    define([anyType, anyType], (values) => boolValue(!isLess(values) && !isEqualToAny(values))),
  ],
  ["ge", define([anyType, anyType], (values) => boolValue(!isLess(values)))],
];

const dockerFunctions: [string, TemplateFunction][] = [
  ["json", define([anyType], ([value]) => stringValue(encodeJson(value)))],
  ["join", plain([stringsType, stringType], join)],
  ["lower", plain([stringType], (text: string) => text.toLowerCase())],
  ["pad", plain([stringType, intType, intType], pad)],
  ["split", plain([stringType, stringType], split)],
  ["title", plain([stringType], title)],
  ["truncate", plain([stringType, intType], truncate)],
  ["upper", plain([stringType], (text: string) => text.toUpperCase())],
];

export const templateFunctions: FunctionTable = new Map([...builtins, ...dockerFunctions]);

/**
 * The functions for a table's header, whose data is the column titles: the ones that would change
 * a title leave it alone.
 */
export const headerFunctions: FunctionTable = new Map([
  ...templateFunctions,
  ...["json", "lower", "title", "upper"].map((name): [string, TemplateFunction] => [
    name,
    plain([stringType], (title: string) => title),
  ]),
  ["join", plain([stringType, stringType], (title: string) => title)],
  ["split", plain([stringType, stringType], (title: string) => title)],
  ["truncate", plain([stringType, intType], (title: string) => title)],
]);

function printf([format, ...values]: readonly (Value | undefined)[]): Value {
  return stringValue(sprintf(format!.data as string, values));
}

function join(elements: string[] | null, separator: string): string {
  return (elements ?? []).join(separator);
}

/** Without a separator: into characters. */
function split(text: string, separator: string): string[] {
  return separator === "" ? [...text] : text.split(separator);
}

/** strings.Title: capitals after a space and any ASCII character that is no part of a name. */
function title(text: string): string {
  return text.replace(
    /(?<![\p{L}\p{Nd}_]|[^\p{ASCII}\s])\p{L}/gu,
    (letter) => letter.toUpperCase(),
  );
}

/** Cuts at a number of bytes. */
function truncate(text: string, length: number): string {
  if (encodeUtf8(text).length < length) return text;
  if (length < 0) throw new FunctionError(`runtime error: slice bounds out of range [:${length}]`);
  return sliceUtf8(text, 0, length);
}

/** Adds spaces before and after any text but the empty one. */
function pad(text: string, before: number, after: number): string {
  if (text === "") return text;
  if (before < 0 || after < 0) throw new FunctionError("strings: negative Repeat count");
  return " ".repeat(before) + text + " ".repeat(after);
}
