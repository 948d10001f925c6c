/** Variables in an instruction's words, replaced when it is its turn. */

import type { EscapeToken } from "../dockerfile.ts";
import { expandHeredoc, expandWord, type Variables } from "../expand.ts";
import { expandConfigInstruction } from "../expand_config_instruction.ts";
import { contentOf, type Heredoc } from "../heredoc.ts";
import { parseMount } from "./mount.ts";
import type {
  AddInstruction,
  BuildInstruction,
  CopyInstruction,
  ExpandedInstruction,
} from "./types.ts";

/**
 * The instruction with its variables replaced, which are the stage's environment and its build arguments. What is for a
 * shell in the container is left to it. Throws InvalidError in docker's words.
 */
export function expandInstruction(
  instruction: BuildInstruction,
  variables: Variables,
  escapeToken: EscapeToken,
): ExpandedInstruction {
  const expand = (text: string) => expandWord(text, variables, escapeToken);
  switch (instruction.name) {
    case "run":
      return {
        ...instruction,
        mounts: instruction.mounts.map(({ text }) => parseMount(text, expand)),
      };
    case "copy":
      return expandCopy(instruction, expand, variables);
    case "add": {
      const { checksum } = instruction;
      const expanded = expandCopy(instruction, expand, variables);
      return { ...expanded, ...(checksum && { checksum: expand(checksum) }) };
    }
    case "arg":
      return {
        ...instruction,
        arguments: instruction.arguments.map(({ name, value }) => ({
          name: expand(name),
          ...(value !== undefined && { value: expand(value) }),
        })),
      };
    case "shell":
    case "maintainer":
      return instruction;
    default:
      return expandConfigInstruction(instruction, variables, escapeToken);
  }
}

function expandCopy<Instruction extends CopyInstruction | AddInstruction>(
  instruction: Instruction,
  expand: (text: string) => string,
  variables: Variables,
): Instruction {
  const { chown, chmod, heredocs, sources, exclude, destination } = instruction;
  return {
    ...instruction,
    sources: sources.map(expand),
    heredocs: heredocs.map((heredoc) => expandFile(heredoc, variables)),
    destination: expand(destination),
    ...(chown && { chown: expand(chown) }),
    ...(chmod && { chmod: expand(chmod) }),
    exclude: exclude.map(expand),
  };
}

/** The file as it is written: without the tabs of `<<-`. */
function expandFile(heredoc: Heredoc, variables: Variables): Heredoc {
  const content = contentOf(heredoc);
  return {
    ...heredoc,
    stripsTabs: false,
    content: heredoc.expands ? expandHeredoc(content, variables) : content,
  };
}
