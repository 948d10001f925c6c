/** `# check=skip=RuleA,RuleB;error=true`: what `build --check` looks at, and whether a warning is an error. */

import { InvalidError } from "../../../storage/errors.ts";
import type { BuildFile } from "./types.ts";

type Check = BuildFile["check"];

/** Throws InvalidError in BuildKit's words. */
export function parseCheckDirective(text = ""): Check {
  let check: Check = { skip: [], experimental: [], isError: false };
  if (text.trim() === "") return check;
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    if (equals < 0) throw invalid(part);
    const name = part.slice(0, equals).trim(), value = part.slice(equals + 1).trim();
    if (name === "skip") check = { ...check, skip: parseRules(value) };
    else if (name === "experimental") check = { ...check, experimental: parseRules(value) };
    else if (name === "error") check = { ...check, isError: parseError(value, part) };
    else throw invalid(name);
  }
  return check;
}

function parseRules(value: string): readonly string[] | "all" {
  return value === "all" ? value : value.split(",").map((rule) => rule.trim());
}

function parseError(value: string, part: string): boolean {
  if (/^(?:1|t|true)$/i.test(value)) return true;
  if (/^(?:0|f|false)$/i.test(value)) return false;
  throw new InvalidError(
    `failed to parse check options: failed to parse check option ${JSON.stringify(part)}`,
  );
}

function invalid(option: string): InvalidError {
  return new InvalidError(
    `failed to parse check options: invalid check option ${JSON.stringify(option)}`,
  );
}
