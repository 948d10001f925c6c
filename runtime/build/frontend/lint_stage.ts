/** The rules about a stage: what its variables are, and what is done twice. */

import { InvalidError } from "../../../storage/errors.ts";
import { variablesOf } from "../expand.ts";
import { Suggestions } from "../suggest.ts";
import { expandInstruction } from "./expand_instruction.ts";
import type { BaseKnowledge } from "./lint.ts";
import { inspect, type Report } from "./lint_instruction.ts";
import { keywordOf } from "./parse_instruction.ts";
import { type RuleName, warning } from "./rules.ts";
import { Scope } from "./scope.ts";
import type { BuildInstruction, BuildPlan, LineRange, Stage, Warning } from "./types.ts";
import { UsedVariables } from "./used_variables.ts";

/** The scope of a stage that is made from another one's, or from an image as far as that is known. */
export function startScope(parent: Scope | undefined, base: BaseKnowledge | undefined): Scope {
  const hasShell = base?.hasShell ?? false;
  const scope = new Scope(parent, { isOpen: base === undefined, hasShell });
  if (parent) return scope;
  // A stage made from nothing has this one too.
  scope.set("PATH", "");
  for (const [name, value] of variablesOf(base?.environment ?? [])) scope.set(name, value);
  return scope;
}

/** The findings in the order of the instructions; the scope is afterwards what a stage made from this one begins with. */
export function findingsInStage(stage: Stage, scope: Scope, plan: BuildPlan): Warning[] {
  const found: Warning[] = [], previous = new Map<string, LineRange>();
  const suggestions = new Suggestions();
  for (const instruction of stage.instructions) {
    const used = new UsedVariables(scope);
    const expanded = tryToExpand(instruction, used, plan);
    const report = (rule: RuleName, detail: string) =>
      found.push(warning(rule, detail, instruction.lines));
    reportUndefined(
      instruction,
      used,
      scope,
      (name) => suggestions.for(name, scope.names()),
      report,
    );
    if (["cmd", "entrypoint", "healthcheck"].includes(instruction.name)) {
      const earlier = previous.get(instruction.name);
      const detail =
        `Multiple ${keywordOf(instruction.original)} instructions should not be used ` +
        "in the same stage because only the last one will be used";
      if (earlier) found.push(warning("MultipleInstructionsDisallowed", detail, earlier));
      previous.set(instruction.name, instruction.lines);
    }
    inspect(expanded, scope, plan, report);
  }
  return found;
}

/** What cannot be expanded is reported when it is executed. */
function tryToExpand(
  instruction: BuildInstruction,
  variables: UsedVariables,
  { file }: BuildPlan,
): BuildInstruction {
  try {
    const expanded = expandInstruction(instruction, variables, file.escapeToken);
    return expanded.name === "run" ? instruction : expanded;
  } catch (error) {
    if (error instanceof InvalidError) return instruction;
    throw error;
  }
}

function reportUndefined(
  instruction: BuildInstruction,
  used: UsedVariables,
  scope: Scope,
  suggest: (name: string) => string | undefined,
  report: Report,
): void {
  if (scope.isOpen) return;
  const ownNames = instruction.name === "arg" ? instruction.arguments.map(({ name }) => name) : [];
  for (const name of used.unknown) {
    // One ARG may use what it declared itself.
    if (scope.isDeclared(name) || ownNames.slice(0, -1).includes(name)) continue;
    const suggestion = suggest(name);
    const hint = suggestion === undefined ? "" : ` (did you mean $${suggestion}?)`;
    report("UndefinedVar", `Usage of undefined variable '$${name}'${hint}`);
  }
}
