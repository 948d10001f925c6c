/** From a line of a Dockerfile to an instruction with a type. */

import { InvalidError } from "../../storage/errors.ts";
import { type DockerfileLine, type EscapeToken, splitLine, trim } from "./dockerfile.ts";
import { parseFlags } from "./flags.ts";
import { parseHealthcheck } from "./healthcheck.ts";
import type { ConfigInstruction, Pairs } from "./instruction.ts";
import type { ArgumentWords } from "./line_arguments.ts";

type Parser = (line: DockerfileLine, escapeToken: EscapeToken) => ConfigInstruction;

const parsers: Readonly<Record<ConfigInstruction["name"], Parser>> = {
  cmd: (line) => ({ name: "cmd", command: commandOf(line) }),
  entrypoint: (line) => ({ name: "entrypoint", command: commandOf(line) }),
  env: (line) => ({ name: "env", pairs: pairsOf(line) }),
  expose: (line) => ({ name: "expose", ports: someWords(line).toSorted() }),
  healthcheck(line) {
    requireSome(line);
    return { name: "healthcheck", healthcheck: parseHealthcheck(line) };
  },
  label: (line) => ({ name: "label", pairs: pairsOf(line) }),
  onbuild: (line, escapeToken) => ({ name: "onbuild", trigger: triggerOf(line, escapeToken) }),
  stopsignal: (line) => ({ name: "stopsignal", signal: onlyWord(line) }),
  user: (line) => ({ name: "user", user: onlyWord(line) }),
  volume(line) {
    const paths = someWords(line).map(trim);
    requirePaths(paths);
    return { name: "volume", paths };
  },
  workdir: (line) => ({ name: "workdir", path: onlyWord(line) }),
};

/** Looked at when an instruction is read, and again when its variables are known. */
export function requirePaths(paths: readonly string[]): void {
  if (paths.includes("")) throw new InvalidError("VOLUME specified can not be an empty string");
}

export function isConfigInstruction(name: string): name is ConfigInstruction["name"] {
  return Object.hasOwn(parsers, name);
}

/** Parses an instruction whose name `isConfigInstruction` knows. Throws InvalidError in docker's words. */
export function parseConfigInstruction(
  line: DockerfileLine & { readonly name: ConfigInstruction["name"] },
  escapeToken: EscapeToken,
): ConfigInstruction {
  return parsers[line.name](line, escapeToken);
}

function withoutFlags(line: DockerfileLine): DockerfileLine {
  parseFlags(line.flags, {});
  return line;
}

function commandOf(line: DockerfileLine): ArgumentWords {
  const { words, isJson } = withoutFlags(line);
  return { words, isJson };
}

function requireSome({ name, words }: DockerfileLine): void {
  if (words.length > 0) return;
  throw new InvalidError(`${name.toUpperCase()} requires at least one argument`);
}

function someWords(line: DockerfileLine): readonly string[] {
  requireSome(line);
  return withoutFlags(line).words;
}

function onlyWord(line: DockerfileLine): string {
  if (line.words.length !== 1) {
    throw new InvalidError(`${line.name.toUpperCase()} requires exactly one argument`);
  }
  return withoutFlags(line).words[0];
}

function pairsOf(line: DockerfileLine): Pairs {
  requireSome(withoutFlags(line));
  const { words } = line, pairs: [string, string][] = [];
  for (let at = 0; at < words.length; at += 2) {
    if (words[at] === "") {
      throw new InvalidError(`${line.name.toUpperCase()} names can not be blank`);
    }
    pairs.push([words[at], words[at + 1]]);
  }
  return pairs;
}

/** What is done later, in a build upon this image: another instruction, kept as it is written, with its heredocs. */
function triggerOf(line: DockerfileLine, escapeToken: EscapeToken): string {
  const [text] = someWords(line);
  const name = splitLine(text, escapeToken).name.toUpperCase();
  if (name === "ONBUILD") {
    throw new InvalidError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  }
  if (name === "MAINTAINER" || name === "FROM") {
    throw new InvalidError(`${name} isn't allowed as an ONBUILD trigger`);
  }
  const trigger = line.original.replace(/^[\t\f\r ]*onbuild[\t\f\r ]*/i, "");
  return trigger + line.heredocs.map(({ content, name }) => `\n${content}${name}`).join("");
}
