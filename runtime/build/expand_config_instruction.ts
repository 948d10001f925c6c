/** Which words of a configuration's instruction have variables in them (Dockerfile reference, Environment replacement). */

import type { EscapeToken } from "./dockerfile.ts";
import { expandWord, expandWords, type Variables } from "./expand.ts";
import type { ConfigInstruction } from "./instruction.ts";

/** The instruction with its variables replaced. Throws InvalidError in docker's words. */
export function expandConfigInstruction<Instruction extends ConfigInstruction>(
  instruction: Instruction,
  variables: Variables,
  escapeToken: EscapeToken,
): Instruction {
  const expand = (text: string) => expandWord(text, variables, escapeToken);
  switch (instruction.name) {
    case "env":
    case "label":
      return {
        ...instruction,
        pairs: instruction.pairs.map(([name, value]) => [expand(name), expand(value)] as const),
      };
    case "expose": {
      const ports = instruction.ports.flatMap((text) => expandWords(text, variables, escapeToken));
      return { ...instruction, ports };
    }
    case "stopsignal":
      return { ...instruction, signal: expand(instruction.signal) };
    case "user":
      return { ...instruction, user: expand(instruction.user) };
    case "volume":
      return { ...instruction, paths: instruction.paths.map(expand) };
    case "workdir":
      return { ...instruction, path: expand(instruction.path) };
    default:
      return instruction;
  }
}
