/** The rules about FROM: arguments in it, and platforms. */

import { InvalidError } from "../../../storage/errors.ts";
import { parseReference } from "../../../storage/image/reference.ts";
import { expandWord } from "../expand.ts";
import { Suggestions } from "../suggest.ts";
import { globalArguments } from "./build_arguments.ts";
import { parsePlatform } from "./platform.ts";
import { warning } from "./rules.ts";
import type { BuildPlan, StageText, Warning } from "./types.ts";
import { UsedVariables } from "./used_variables.ts";

/** Expressions are known to be right, as the plan was made from them. */
export function findingsInFrom(plan: BuildPlan): Warning[] {
  const defaults = defaultArguments(plan);
  const declared = new Set([
    ...plan.globalArguments.keys(),
    ...plan.file.globalArguments.flatMap((arg) => arg.arguments.map(({ name }) => name)),
  ]);
  const given: Given = { plan, declared, suggestions: new Suggestions() };
  return plan.file.stages.flatMap((stage) => [
    ...defaultBase(stage, plan, defaults),
    ...undefinedArguments(stage.base, stage, given),
    ...platformFindings(stage, given),
  ]);
}

interface Given {
  readonly plan: BuildPlan;
  /** The names of the global arguments, whether they have values or not. */
  readonly declared: ReadonlySet<string>;
  readonly suggestions: Suggestions;
}

/** The global arguments as they are if no build arguments are given; undefined if that is an error. */
function defaultArguments({ file, platformArguments }: BuildPlan): Map<string, string> | undefined {
  try {
    return globalArguments(file.globalArguments, platformArguments, {}, file.escapeToken);
  } catch (error) {
    if (error instanceof InvalidError) return undefined;
    throw error;
  }
}

function defaultBase(
  { base, lines }: StageText,
  { file }: BuildPlan,
  defaults: Map<string, string> | undefined,
): Warning[] {
  if (defaults === undefined) return [];
  try {
    parseReference(expandWord(base, defaults, file.escapeToken));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    const detail = `Default value for ARG ${base} results in empty or invalid base image name`;
    return base.includes("$") ? [warning("InvalidDefaultArgInFrom", detail, lines)] : [];
  }
}

function undefinedArguments(
  text: string,
  { lines }: StageText,
  { plan, declared, suggestions }: Given,
): Warning[] {
  const used = new UsedVariables(plan.globalArguments);
  expandWord(text, used, plan.file.escapeToken);
  return [...used.unknown].filter((name) => !declared.has(name)).map((name) => {
    const suggestion = suggestions.for(name, declared);
    const hint = suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`;
    const detail = `FROM argument '${name}' is not declared${hint}`;
    return warning("UndefinedArgInFrom", detail, lines);
  });
}

function platformFindings(stage: StageText, given: Given): Warning[] {
  const { platform, lines } = stage, { plan } = given;
  if (platform === undefined) return [];
  const found = undefinedArguments(platform, stage, given);
  const used = new UsedVariables(plan.globalArguments);
  const value = expandWord(platform, used, plan.file.escapeToken);
  if (used.unknown.size === 0 && used.known.size === 0 && !isInName(value, stage.name)) {
    const detail = `FROM --platform flag should not use constant value ${JSON.stringify(value)}`;
    found.push(warning("FromPlatformFlagConstDisallowed", detail, lines));
  }
  const isTarget = used.unknown.size === 0 && used.known.size === 1 &&
    used.known.has("TARGETPLATFORM") && value === plan.globalArguments.get("TARGETPLATFORM");
  if (isTarget) {
    const detail =
      `Setting platform to predefined ${platform} in FROM is redundant as this is the default behavior`;
    found.push(warning("RedundantTargetPlatform", detail, lines));
  }
  return found;
}

/** A stage that is called after its platform is meant to be for that one only. */
function isInName(platform: string, name = ""): boolean {
  const { os, architecture } = parsePlatform(platform);
  return name.includes(os) || name.includes(architecture);
}
