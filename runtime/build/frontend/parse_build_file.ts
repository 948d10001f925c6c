/** From the text of a Dockerfile to stages and their instructions. */

import { InvalidError } from "../../../storage/errors.ts";
import {
  type Dockerfile,
  type DockerfileLine,
  type EscapeToken,
  parseDockerfile,
} from "../dockerfile.ts";
import { DockerfileError, type LineRange, locating } from "../dockerfile_error.ts";
import { parseFlags } from "../flags.ts";
import { parseCheckDirective } from "./check_directive.ts";
import { parseBuildInstruction } from "./parse_instruction.ts";
import type { ArgInstruction, BuildFile, BuildInstruction, StageText } from "./types.ts";

type StageInProgress = StageText & { readonly instructions: BuildInstruction[] };

/** Reads a Dockerfile. Throws InvalidError in BuildKit's words, with the lines where they are known: DockerfileError. */
export function parseBuildFile(text: string): BuildFile {
  if (text === "") throw new InvalidError("the Dockerfile cannot be empty");
  const { lines, directives, escapeToken } = parseLines(text);
  const globalArguments: ArgInstruction[] = [], stages: StageInProgress[] = [];
  for (const line of lines) {
    locating(line.lines, (message) => atLine(line.lines, message), () => {
      if (line.name === "from") {
        stages.push(parseFrom(line));
        return;
      }
      const instruction = parseBuildInstruction(line, escapeToken);
      const stage = stages.at(-1);
      if (stage) stage.instructions.push(instruction);
      else if (instruction.name === "arg") globalArguments.push(instruction);
      else throw new DockerfileError("no build stage in current context", line.lines);
    });
  }
  if (stages.length === 0) throw new InvalidError("dockerfile contains no stages to build");
  return {
    escapeToken,
    ...(directives.has("syntax") && { syntax: directives.get("syntax") }),
    check: parseCheckDirective(directives.get("check")),
    sourceLines: text.split("\n").map((line) => line.replace(/\r$/, "")),
    globalArguments,
    stages,
    emptyContinuations: lines.map((line) => line.emptyContinuation)
      .filter((line) => line !== undefined),
  };
}

/**
 * Reads the ONBUILD triggers of a base image, which were no errors when it was built. The lines are those of the FROM that
 * names it. Throws DockerfileError.
 */
export function parseTriggers(triggers: readonly string[], lines: LineRange): BuildInstruction[] {
  return triggers.map((trigger) =>
    locating(lines, (message) => message, () => parseTrigger(trigger, lines))
  );
}

function parseTrigger(trigger: string, lines: LineRange): BuildInstruction {
  let dockerfile: Dockerfile;
  try {
    dockerfile = parseDockerfile(trigger);
  } catch (error) {
    // Its lines are the trigger's own, which nobody can look up.
    throw error instanceof DockerfileError ? new DockerfileError(error.message, lines) : error;
  }
  const [line, ...more] = dockerfile.lines;
  if (more.length > 0) throw new InvalidError("onbuild trigger should be a single expression");
  if (line.name === "from" || line.name === "onbuild") {
    throw new InvalidError(`${line.name.toUpperCase()} isn't allowed as an ONBUILD trigger`);
  }
  return parseBuildInstruction({ ...line, lines }, dockerfile.escapeToken);
}

function parseLines(text: string): Dockerfile & { readonly escapeToken: EscapeToken } {
  try {
    return parseDockerfile(text);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw new DockerfileError(atLine(error.lines, error.message), error.lines);
  }
}

function atLine([first]: LineRange, message: string): string {
  return `dockerfile parse error on line ${first}: ${message}`;
}

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/;

function parseFrom(line: DockerfileLine): StageInProgress {
  const name = parseStageName(line.words);
  const platform = parseFlags(line.flags, { platform: "text" }).text("platform");
  return {
    ...(name && { name }),
    base: line.words[0],
    ...(platform && { platform }),
    original: line.original.trim(),
    lines: line.lines,
    instructions: [],
  };
}

function parseStageName(words: readonly string[]): string | undefined {
  if (words.length === 1) return undefined;
  if (words.length !== 3 || words[1].toLowerCase() !== "as") {
    throw new InvalidError("FROM requires either one or three arguments");
  }
  const name = words[2].toLowerCase();
  if (STAGE_NAME.test(name)) return name;
  throw new InvalidError(
    `invalid name for build stage: ${JSON.stringify(words[2])}, ` +
      "name can't start with a number or contain symbols",
  );
}
