/** RUN. */

import { InvalidError } from "../../../storage/errors.ts";
import type { DockerfileLine } from "../dockerfile.ts";
import { parseFlags } from "../flags.ts";
import { contentOf, type Heredoc, parseHeredocWord } from "../heredoc.ts";
import type { ArgumentWords } from "../line_arguments.ts";
import { parseMountFlag } from "./mount.ts";
import type { Bare } from "./parse_instruction.ts";
import type { RunInstruction, RunNetwork, RunSecurity } from "./types.ts";

/** Where a heredoc is a file for the command. */
export const SCRIPT_DIRECTORY = "/dev/pipes";

export function parseRun(line: DockerfileLine): Bare<RunInstruction> {
  const flags = parseFlags(line.flags, { mount: "list", network: "text", security: "text" });
  const { words, isJson, heredocs } = line;
  return {
    name: "run",
    ...withHeredocs({ words, isJson }, heredocs),
    heredocs,
    mounts: flags.list("mount").map(parseMountFlag),
    network: parseNetwork(flags.text("network") ?? "default"),
    security: parseSecurity(flags.text("security") ?? "sandbox"),
  };
}

function parseNetwork(mode: string): RunNetwork {
  if (mode === "default" || mode === "none" || mode === "host") return mode;
  throw new InvalidError(`invalid network mode ${JSON.stringify(mode)}`);
}

function parseSecurity(mode: string): RunSecurity {
  if (mode === "sandbox" || mode === "insecure") return mode;
  throw new InvalidError(`security ${JSON.stringify(mode)} is not valid`);
}

/**
 * A heredoc alone is the command itself, and one that begins with `#!` a program. Where there is more in the line, the
 * shell reads the heredocs, so it gets them as they were.
 */
function withHeredocs(
  command: ArgumentWords,
  heredocs: readonly Heredoc[],
): { command: ArgumentWords; script?: Heredoc } {
  if (heredocs.length === 0) return { command };
  const [text] = command.words, [heredoc] = heredocs;
  const shellCommand = (word: string): ArgumentWords => ({ words: [word], isJson: false });
  if (parseHeredocWord(text) === undefined) {
    const texts = heredocs.map(({ content, name }) => `\n${content}${name}`);
    return { command: shellCommand(text + texts.join("")) };
  }
  if (!heredoc.content.startsWith("#!")) return { command: shellCommand(contentOf(heredoc)) };
  return { command: shellCommand(`${SCRIPT_DIRECTORY}/${heredoc.name}`), script: heredoc };
}
