/** A stage can only be made from stages before it. */

import { DockerfileError } from "../dockerfile_error.ts";
import type { BuildInstruction, Stage } from "./types.ts";

/**
 * Throws DockerfileError, in BuildKit's words, for stages that need each other or themselves, and for one that is needed and
 * comes after the one that it is needed for.
 */
export function checkOrder(stages: readonly Stage[], needed: readonly Stage[]): void {
  const needsLater = (stage: Stage) => stage.dependsOn.some(({ index }) => index >= stage.index);
  if (!stages.some(needsLater)) return;
  const circular = findCircle(stages);
  if (circular) {
    throw new DockerfileError(
      `circular dependency detected on stage: ${nameOf(circular)}`,
      circular.lines,
    );
  }
  const stage = needed.find(needsLater);
  if (stage === undefined) return;
  const later = stage.dependsOn.find(({ index }) => index > stage.index)!;
  const instruction = stage.instructions.find((candidate) => uses(candidate, stage, later));
  throw new DockerfileError(complaint(instruction, stage, later), (instruction ?? stage).lines);
}

function nameOf(stage: Stage): string {
  return stage.name ?? `stage-${stage.index}`;
}

function uses(instruction: BuildInstruction, stage: Stage, used: Stage): boolean {
  const froms = instruction.name === "copy"
    ? [instruction.from]
    : instruction.name === "run"
    ? instruction.mounts.map(({ from }) => from)
    : [];
  return froms.some((from) => {
    const source = from === undefined ? undefined : stage.sources.get(from);
    return source?.kind === "stage" && source.stage === used;
  });
}

function complaint(instruction: BuildInstruction | undefined, stage: Stage, used: Stage): string {
  if (instruction?.name === "copy") {
    const from = JSON.stringify(instruction.from), current = JSON.stringify(nameOf(stage));
    return `cannot copy from stage ${from}, it needs to be defined before current stage ${current}`;
  }
  return `cannot mount from stage ${
    JSON.stringify(nameOf(used))
  }, stage needs to be defined before current command`;
}

/** A stage that needs itself through others. Depth first, without recursion: a file may have any number of stages. */
function findCircle(stages: readonly Stage[]): Stage | undefined {
  const finished = new Set<Stage>(), path = new Set<Stage>();
  for (const start of stages) {
    const open = [{ stage: start, next: 0 }];
    while (open.length > 0) {
      const top = open.at(-1)!, { stage } = top;
      if (finished.has(stage)) {
        open.pop();
        continue;
      }
      path.add(stage);
      const dependency = stage.dependsOn[top.next++];
      if (dependency === undefined) {
        finished.add(stage);
        path.delete(stage);
        open.pop();
      } else if (path.has(dependency)) return stage;
      else open.push({ stage: dependency, next: 0 });
    }
  }
  return undefined;
}
