/** Which stages a target needs, and what each of them is made from. */

import { InvalidError } from "../../../storage/errors.ts";
import { locating } from "../dockerfile_error.ts";
import { expandWord, type Variables } from "../expand.ts";
import { withSuggestion } from "../suggest.ts";
import {
  globalArguments,
  platformArguments,
  proxyArguments,
  unconsumedArguments,
} from "./build_arguments.ts";
import { lint } from "./lint.ts";
import { formatPlatform, parsePlatform } from "./platform.ts";
import { checkOrder } from "./stage_order.ts";
import { type Names, sourceFor, sourcesOf } from "./stage_sources.ts";
import type { BuildFile, BuildPlan, BuildSource, PlanRequest, Stage, StageText } from "./types.ts";

/** Plans a build. Throws InvalidError in BuildKit's words, with the lines where they are known: DockerfileError. */
export function planStages(file: BuildFile, request: PlanRequest): BuildPlan {
  const targetName = request.target ?? file.stages.at(-1)!.name ?? "";
  const platform = platformArguments(request, targetName);
  const { buildArguments } = request, { escapeToken } = file;
  const globals = globalArguments(file.globalArguments, platform, buildArguments, escapeToken);
  const all: StageInProgress[] = [], stages = new Map<string, Stage>();
  const names: Names = { contexts: new Set(request.namedContexts), stages, all };
  for (const [index, text] of file.stages.entries()) {
    const stage = startStage(file, text, index, globals, names);
    all.push(stage);
    if (stage.name) stages.set(stage.name, stage);
  }
  for (const stage of all) connect(stage, names);
  const target = findTarget(request.target, names);
  const needed = neededBy(target, all);
  checkOrder(all, needed);
  const plan: BuildPlan = {
    file,
    stages: needed,
    allStages: all,
    target,
    warnings: [],
    globalArguments: globals,
    platformArguments: platform,
    proxyArguments: proxyArguments(buildArguments),
    buildArguments,
    namedContexts: names.contexts,
    unconsumedArguments: unconsumedArguments(buildArguments, declaredNames(file, platform)),
  };
  return { ...plan, warnings: lint(plan) };
}

/** What a COPY --from in an ONBUILD trigger names. Throws InvalidError. */
export function resolveSource(plan: BuildPlan, from: string): BuildSource {
  const stages = new Map(
    plan.allStages.filter(({ name }) => name).map((stage) => [stage.name!, stage]),
  );
  return sourceFor(from, { contexts: plan.namedContexts, stages, all: plan.allStages }, true);
}

type StageInProgress = {
  -readonly [Field in keyof Stage]: Stage[Field];
};

function startStage(
  file: BuildFile,
  text: StageText,
  index: number,
  globals: Variables,
  names: Names,
): StageInProgress {
  const { name, lines, original, instructions } = text;
  const stage = { index, name, lines, original, sources: new Map(), dependsOn: [] };
  if (name && names.contexts.has(name)) {
    return { ...stage, base: { kind: "context", name }, instructions: [] };
  }
  const base = locating(lines, (message) => message, () => baseOf(file, text, globals, names));
  return { ...stage, base, instructions };
}

function baseOf(
  { escapeToken }: BuildFile,
  { base, platform }: StageText,
  globals: Variables,
  names: Names,
): BuildSource {
  const reference = expandWord(base, globals, escapeToken);
  if (reference === "") throw new InvalidError(`base name (${base}) should not be blank`);
  const source = sourceFor(reference, names, false);
  if (platform === undefined) return source;
  const expanded = expandWord(platform, globals, escapeToken);
  if (expanded === "") throw new InvalidError(`empty platform value from expression ${platform}`);
  const parsed = formatPlatform(parseStagePlatform(platform, expanded));
  return source.kind === "image" || source.kind === "context"
    ? { ...source, platform: parsed }
    : source;
}

function parseStagePlatform(written: string, expanded: string) {
  try {
    return parsePlatform(expanded);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(`failed to parse platform ${written}: ${error.message}`);
  }
}

/** Adds what the stage's instructions take files from. */
function connect(stage: StageInProgress, names: Names): void {
  stage.sources = sourcesOf(stage.instructions, names);
  const needed = new Set<Stage>();
  for (const source of [stage.base, ...stage.sources.values()]) {
    if (source.kind === "stage") needed.add(source.stage);
  }
  stage.dependsOn = [...needed];
}

function findTarget(target: string | undefined, { stages, all }: Names): Stage {
  if (target === undefined || target === "") return all.at(-1)!;
  const stage = stages.get(target.toLowerCase()) ??
    (/^\d+$/.test(target) ? all[Number(target)] : undefined);
  if (stage) return stage;
  const message = `target stage ${JSON.stringify(target)} could not be found`;
  throw new InvalidError(withSuggestion(message, target, stages.keys()));
}

/** In the order of the file. */
function neededBy(target: Stage, all: readonly Stage[]): Stage[] {
  const needed = new Set([target]);
  // A set that grows is gone through to its end.
  for (const stage of needed) stage.dependsOn.forEach((dependency) => needed.add(dependency));
  return all.filter((stage) => needed.has(stage));
}

function declaredNames(file: BuildFile, platform: ReadonlyMap<string, string>): Set<string> {
  const instructions = [
    ...file.globalArguments,
    ...file.stages.flatMap((stage) => stage.instructions),
  ];
  const names = instructions.flatMap((instruction) =>
    instruction.name === "arg" ? instruction.arguments.map(({ name }) => name) : []
  );
  return new Set([...platform.keys(), ...names]);
}
