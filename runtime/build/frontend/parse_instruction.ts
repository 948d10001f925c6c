/** From a line of a Dockerfile to an instruction of a build. */

import { InvalidError } from "../../../storage/errors.ts";
import type { DockerfileLine, EscapeToken } from "../dockerfile.ts";
import { parseFlags } from "../flags.ts";
import { isConfigInstruction, parseConfigInstruction } from "../parse_instruction.ts";
import { suggestionFor } from "../suggest.ts";
import { parseAdd, parseCopy } from "./parse_copy.ts";
import { parseRun } from "./parse_run.ts";
import type {
  ArgInstruction,
  BuildInstruction,
  MaintainerInstruction,
  ShellInstruction,
  Written,
} from "./types.ts";

/** A parser's result: what is the same for all is added to it. */
export type Bare<Instruction extends Written> = Omit<Instruction, keyof Written>;

/** Parses a line that is not FROM. Throws InvalidError in docker's words. */
export function parseBuildInstruction(
  line: DockerfileLine,
  escapeToken: EscapeToken,
): BuildInstruction {
  const written: Written = { original: line.original.trim(), lines: line.lines };
  const { name } = line;
  if (isConfigInstruction(name)) {
    return { ...parseConfigInstruction({ ...line, name }, escapeToken), ...written };
  }
  switch (name) {
    case "run":
      return { ...parseRun(line), ...written };
    case "copy":
      return { ...parseCopy(line), ...written };
    case "add":
      return { ...parseAdd(line), ...written };
    case "arg":
      return { ...parseArg(line), ...written };
    case "shell":
      return { ...parseShell(line), ...written };
    case "maintainer":
      return { ...parseMaintainer(line), ...written };
    default:
      throw new InvalidError(unknownInstruction(line));
  }
}

// deno-fmt-ignore
const INSTRUCTIONS = [
  "add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "healthcheck", "label", "maintainer", "onbuild", "run",
  "shell", "stopsignal", "user", "volume", "workdir",
];

/** The instruction's name as it is written. */
export function keywordOf(original: string): string {
  return original.trim().split(/\s/, 1)[0];
}

/** The suggestion is in capitals if the word is. */
function unknownInstruction({ original }: DockerfileLine): string {
  const word = keywordOf(original), suggestion = suggestionFor(word.toLowerCase(), INSTRUCTIONS);
  if (suggestion === undefined) return `unknown instruction: ${word}`;
  const isUpper = word === word.toUpperCase();
  const shown = isUpper ? suggestion.toUpperCase() : suggestion;
  return `unknown instruction: ${word} (did you mean ${shown}?)`;
}

function parseArg({ words }: DockerfileLine): Bare<ArgInstruction> {
  if (words.length === 0) throw new InvalidError("ARG requires at least one argument");
  const parsed = words.map((word) => {
    const equals = word.indexOf("=");
    if (equals < 0) return { name: word };
    if (equals === 0) throw new InvalidError("ARG names can not be blank");
    return { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { name: "arg", arguments: parsed };
}

function parseShell({ flags, words, isJson }: DockerfileLine): Bare<ShellInstruction> {
  parseFlags(flags, {});
  if (words.length === 0) throw new InvalidError("SHELL requires at least one argument");
  if (!isJson) throw new InvalidError("SHELL requires the arguments to be in JSON form");
  return { name: "shell", shell: words };
}

function parseMaintainer({ flags, words }: DockerfileLine): Bare<MaintainerInstruction> {
  if (words.length !== 1) throw new InvalidError("MAINTAINER requires exactly one argument");
  parseFlags(flags, {});
  return { name: "maintainer", maintainer: words[0] };
}
