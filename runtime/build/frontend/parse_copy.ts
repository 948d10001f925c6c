/** COPY and ADD. */

import { InvalidError } from "../../../storage/errors.ts";
import type { DockerfileLine } from "../dockerfile.ts";
import { type Flags, parseFlags } from "../flags.ts";
import { type Heredoc, parseHeredocWord } from "../heredoc.ts";
import type { Bare } from "./parse_instruction.ts";
import type { AddInstruction, CopyInstruction, CopyRequest } from "./types.ts";

const COMMON_FLAGS = { chown: "text", chmod: "text", link: "boolean", exclude: "list" } as const;

export function parseCopy(line: DockerfileLine): Bare<CopyInstruction> {
  requireDestination(line);
  const flags = parseFlags(line.flags, { ...COMMON_FLAGS, from: "text", parents: "boolean" });
  const from = flags.text("from");
  return {
    name: "copy",
    ...parseRequest(line, flags),
    ...(from && { from }),
    keepsParents: flags.boolean("parents") ?? false,
  };
}

export function parseAdd(line: DockerfileLine): Bare<AddInstruction> {
  requireDestination(line);
  const flags = parseFlags(line.flags, {
    ...COMMON_FLAGS,
    checksum: "text",
    "keep-git-dir": "boolean",
    unpack: "boolean",
  });
  const checksum = flags.text("checksum"), unpack = flags.boolean("unpack");
  return {
    name: "add",
    ...parseRequest(line, flags),
    ...(checksum && { checksum }),
    keepsGitDirectory: flags.boolean("keep-git-dir") ?? false,
    ...(unpack !== undefined && { unpack }),
  };
}

function requireDestination({ name, words }: DockerfileLine): void {
  if (words.length >= 2) return;
  throw new InvalidError(
    `${name.toUpperCase()} requires at least two arguments, but only one was provided. ` +
      "Destination could not be determined",
  );
}

function parseRequest(line: DockerfileLine, flags: Flags): Bare<CopyRequest> {
  const destination = line.words.at(-1)!;
  if (heredocOf(destination, line)) {
    throw new InvalidError(`${line.name.toUpperCase()} cannot accept a heredoc as a destination`);
  }
  const given = line.words.slice(0, -1).map((word) => heredocOf(word, line) ?? word);
  const chown = flags.text("chown"), chmod = flags.text("chmod");
  return {
    sources: given.filter((source) => typeof source === "string"),
    heredocs: given.filter((source) => typeof source !== "string"),
    destination,
    ...(chown && { chown }),
    ...(chmod && { chmod }),
    isLink: flags.boolean("link") ?? false,
    exclude: flags.list("exclude"),
  };
}

/** The heredoc that a word of the line began. */
function heredocOf(word: string, { heredocs }: DockerfileLine): Heredoc | undefined {
  if (!word.includes("<<")) return undefined;
  const name = parseHeredocWord(word)?.name;
  return heredocs.find((heredoc) => heredoc.name === name);
}
