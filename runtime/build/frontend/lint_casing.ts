/** The rules about capital letters: instructions, AS, and names of stages. */

import { keywordOf } from "./parse_instruction.ts";
import { warning } from "./rules.ts";
import type { StageText, Warning, Written } from "./types.ts";

const isLower = (text: string) => text === text.toLowerCase();
const isUpper = (text: string) => text === text.toUpperCase();

export function casingOf(stages: readonly StageText[]): Warning[] {
  return [...consistency(stages), ...stages.flatMap(inFrom)];
}

/** All instructions should be written as most of them are. */
function consistency(stages: readonly StageText[]): Warning[] {
  const instructions: Written[] = stages.flatMap((stage) => [stage, ...stage.instructions]);
  const keywords = instructions.map(({ original }) => keywordOf(original));
  const isMostlyLower = keywords.filter(isLower).length > keywords.filter(isUpper).length;
  const [isRight, casing] = isMostlyLower ? [isLower, "lowercase"] : [isUpper, "uppercase"];
  return instructions.flatMap(({ lines }, index) => {
    if (isRight(keywords[index])) return [];
    const detail = `Command '${
      keywords[index]
    }' should match the case of the command majority (${casing})`;
    return [warning("ConsistentInstructionCasing", detail, lines)];
  });
}

function inFrom({ original, lines, name }: StageText): Warning[] {
  if (name === undefined) return [];
  const words = original.trim().split(/\s+/), from = words[0];
  const [as, writtenName] = words.slice(-2);
  const found: Warning[] = [];
  if (!isLower(writtenName)) {
    const detail = `Stage name '${writtenName}' should be lowercase`;
    found.push(warning("StageNameCasing", detail, lines));
  }
  if ((isLower(from) && !isLower(as)) || (isUpper(from) && !isUpper(as))) {
    const detail = `'${as}' and '${from}' keywords' casing do not match`;
    found.push(warning("FromAsCasing", detail, lines));
  }
  return found;
}
