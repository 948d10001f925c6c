/** `build --check`: what is allowed in a Dockerfile and yet seldom meant. */

import { casingOf } from "./lint_casing.ts";
import { findingsInFrom } from "./lint_from.ts";
import { findingsInStage, startScope } from "./lint_stage.ts";
import { isWanted, warning } from "./rules.ts";
import type { Scope } from "./scope.ts";
import type { BuildPlan, BuildSource, Stage, Warning } from "./types.ts";

/** What the configuration of an image says, as far as it matters to the rules. */
export interface BaseKnowledge {
  readonly environment: readonly string[];
  readonly hasShell: boolean;
}

export interface LintOptions {
  /** Looks at all stages, not just those that the target needs. */
  readonly isCheck?: boolean;
  /** Without it, or where it is undefined, nothing is said about variables that the base image may have. */
  readonly knowledgeOf?: (base: BuildSource) => BaseKnowledge | undefined;
}

/** The findings in the order of the lines, without those that the file's check directive does not want. */
export function lint(plan: BuildPlan, options: LintOptions = {}): Warning[] {
  const { file } = plan;
  const stages = options.isCheck ? plan.allStages : plan.stages;
  return [
    ...file.emptyContinuations.map((line) =>
      warning("NoEmptyContinuation", "Empty continuation line", [line, line])
    ),
    ...stageNames(plan),
    ...casingOf(file.stages),
    ...findingsInFrom(plan),
    ...inStages(plan, stages, options),
  ].filter(({ rule }) => isWanted(rule, file.check))
    .sort((a, b) => a.lines[0] - b.lines[0]);
}

/** More stages than any file needs are only there to take time. */
const MAX_STAGES = 1000;

/** A stage has the variables of the one it is made from. */
function inStages(
  plan: BuildPlan,
  stages: readonly Stage[],
  { knowledgeOf }: LintOptions,
): Warning[] {
  const scopes = new Map<Stage, Scope>();
  return stages.slice(0, MAX_STAGES).flatMap((stage) => {
    const { base } = stage;
    const parent = base.kind === "stage" ? scopes.get(base.stage) : undefined;
    const scope = startScope(parent, base.kind === "scratch" ? NOTHING : knowledgeOf?.(base));
    scopes.set(stage, scope);
    return findingsInStage(stage, scope, plan);
  });
}

const NOTHING: BaseKnowledge = { environment: [], hasShell: false };

const RESERVED = ["context", "scratch"];

function stageNames({ file: { stages } }: BuildPlan): Warning[] {
  const seen = new Set<string>();
  return stages.flatMap(({ name, lines }) => {
    if (name === undefined) return [];
    const found: Warning[] = [], quoted = JSON.stringify(name);
    if (RESERVED.includes(name)) {
      const detail = `Stage name should not use the same name as reserved stage ${quoted}`;
      found.push(warning("ReservedStageName", detail, lines));
    }
    if (seen.has(name)) {
      const detail = `Duplicate stage name ${quoted}, stage names should be unique`;
      found.push(warning("DuplicateStageName", detail, lines));
    }
    seen.add(name);
    return found;
  });
}
