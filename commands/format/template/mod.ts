/**
 * Go's text/template as docker's --format and -f use it (Go 1.19). Left out: complex numbers and
 * hexadecimal floats, the verb %#v, the functions call, html, js and urlquery, and the methods of
 * Go types other than formatter contexts.
 */
import type { GoType } from "../go/types.ts";
import { interfaceElement, valueOf } from "../go/value.ts";
import type { MissingKey } from "./evaluator.ts";
import { execute } from "./executor.ts";
import type { FunctionTable } from "./function_table.ts";
import { templateFunctions } from "./functions.ts";
import { parse, type ParsedTemplate } from "./parser.ts";

export { TemplateExecutionError, TemplateParseError } from "./errors.ts";

export interface ExecuteOptions {
  /** What Go type the data has. Without it plain data says: an object is a struct, a Map a map. */
  type?: GoType;
  /** A missing map key prints `<no value>`, or is an error. */
  missingKey?: MissingKey;
  /** Other functions of the same names than the ones the template was parsed with. */
  functions?: FunctionTable;
}

export class Template {
  readonly name: string;
  private readonly text: string;
  private readonly parsed: ParsedTemplate;

  constructor(name: string, text: string, parsed: ParsedTemplate) {
    this.name = name;
    this.text = text;
    this.parsed = parsed;
  }

  /** Returns what the template writes for the data. Throws TemplateExecutionError. */
  execute(data: unknown, options: ExecuteOptions = {}): string {
    const { type, missingKey = "default", functions = templateFunctions } = options;
    const { name, text, parsed } = this;
    const dot = type === undefined ? valueOf(data) : interfaceElement({ type, data });
    return execute({ name, text, parsed, functions, missingKey }, dot);
  }
}

/** Parses a template; errors call it by its name. Throws TemplateParseError. */
export function parseTemplate(text: string, name = ""): Template {
  return new Template(name, text, parse(text, name, (called) => templateFunctions.has(called)));
}
